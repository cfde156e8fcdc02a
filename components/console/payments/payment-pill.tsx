import type { PaymentRow } from '../../api/console/shapes.ts';
import { StatePill } from '../../values/state-pill.tsx';
import type { Tone } from '../../values/tones.ts';

const tones: Partial<Record<PaymentRow['status'], Tone>> = {
  initiated: 'info',
  authorized: 'info',
  requires_action: 'warn',
  unknown: 'warn',
};

export function PaymentPill({ status }: { status: PaymentRow['status'] }) {
  const tone = tones[status];
  return <StatePill state={status} {...(tone ? { tone } : {})} />;
}
