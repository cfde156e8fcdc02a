import type { OrderRow } from '../../api/console/shapes.ts';
import { StatePill } from '../../values/state-pill.tsx';
import type { Tone } from '../../values/tones.ts';

const tones: Partial<Record<OrderRow['status'], Tone>> = {
  requires_action: 'warn',
  paid: 'info',
  reserved: 'info',
  shipped: 'info',
  cancelled: 'neutral',
};

/** An order's status. What is under way is not green: `paid` is not the end of an order. */
export function OrderPill({ order: { status } }: { order: Pick<OrderRow, 'status'> }) {
  const tone = tones[status];
  return <StatePill state={status} {...(tone ? { tone } : {})} />;
}
