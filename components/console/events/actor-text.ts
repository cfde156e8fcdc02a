import type { EventActor } from '../../api/console/shapes.ts';
import { wordsOf } from '../../values/format.ts';

const kinds: Record<string, string> = {
  user: 'A person',
  client: 'API client',
  system: 'Guildhall',
  anonymous: 'Nobody signed in',
};

/** `A person · 0199…`, `Guildhall · sync`. */
export const actorText = ({ kind, id }: Pick<EventActor, 'id'> & { kind: string }) =>
  [kinds[kind] ?? wordsOf(kind), id].filter(Boolean).join(' · ');

/** The kind alone, for lists. */
export const actorKind = (kind: string) => kinds[kind] ?? wordsOf(kind);
