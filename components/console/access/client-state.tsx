import type { ApiClient } from '../../api/console/shapes.ts';
import { StatePill } from '../../values/state-pill.tsx';

export const ClientState = ({ client }: { client: ApiClient }) =>
  client.disabledAt ? <StatePill state="disabled" tone="bad" /> : <StatePill state="active" />;
