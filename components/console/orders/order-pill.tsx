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

/**
 * An order's status. What is under way is not green: `paid` is not the end of an order. Of one that was completed what has
 * gone back since is said instead.
 */
export function OrderPill({ order }: { order: Pick<OrderRow, 'status' | 'total' | 'refunded'> }) {
  const state = order.status === 'completed' ? (goneBack(order) ?? order.status) : order.status;
  const tone = state === order.status ? tones[order.status] : undefined;
  return <StatePill state={state} {...(tone ? { tone } : {})} />;
}

/** The payments' own words for it. */
function goneBack({ total, refunded }: Pick<OrderRow, 'total' | 'refunded'>) {
  if (refunded.amount === 0) return null;
  return refunded.amount === total.amount ? 'refunded' : 'partially_refunded';
}
