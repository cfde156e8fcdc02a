import type { Order } from '../../api/orders.ts';
import type { Step as ShownStep } from '../../data/step-list.tsx';
import { type Tone, toneOf } from '../../values/tones.ts';

type Step = Order['steps'][number];

/** What a step is called while it is to come, under way, and done. */
const names: Record<string, { now: string; done: string }> = {
  'check-member': { now: 'Checking your membership', done: 'Membership checked' },
  payment: { now: 'Paying', done: 'Paid' },
  'reserve-stock': { now: 'Reserving', done: 'Reserved' },
  ship: { now: 'Preparing the parcel', done: 'Parcel prepared' },
  complete: { now: 'Finishing', done: 'Finished' },
};

/** The steps that mean something to whoever ordered, and how far each is. */
export function stepsOf({ steps, ships, status }: Pick<Order, 'steps' | 'ships' | 'status'>): ShownStep[] {
  const shown = steps.filter(({ name }) => ships || name !== 'ship');
  // Between two steps nothing runs for a moment: the first that is to come is the one that is meant.
  const current = shown.findIndex((step) => markOf(step) !== 'done');
  return shown.map((step, index) => {
    const own = markOf(step);
    const mark = own === 'next' && index === current ? 'now' : own;
    const asked = step.name === 'payment' && status === 'requires_action';
    return { words: asked ? 'Waiting for your bank' : stepWords(step.name, mark), mark };
  });
}

function markOf({ status }: Pick<Step, 'status'>): ShownStep['mark'] {
  if (status === 'completed' || status === 'skipped') return 'done';
  if (status === 'pending') return 'next';
  return status === 'running' || status === 'waiting' ? 'now' : 'bad';
}

const stepWords = (name: string, mark: ShownStep['mark']) => names[name]?.[mark === 'done' ? 'done' : 'now'] ?? name;

type Shown = Order['status'] | 'refunded' | 'partially_refunded';

/** Its status; of one that was completed what has gone back since is said instead. */
export function shownState({ status, total, refunded }: Pick<Order, 'status' | 'total' | 'refunded'>): Shown {
  if (status !== 'completed' || refunded.amount === 0) return status;
  return refunded.amount === total.amount ? 'refunded' : 'partially_refunded';
}

/** What the page says of an order as a whole. */
export function orderWords(order: Pick<Order, 'status' | 'ships' | 'shipment' | 'total' | 'refunded'>): {
  title: string;
  lead: string;
} {
  const { status, ships, shipment } = order;
  if (shownState(order) === 'refunded') {
    return { title: 'Your money has gone back', lead: 'All of what you paid for it was given back to you.' };
  }
  switch (status) {
    case 'requires_action':
      return { title: 'Your bank has a question', lead: 'It wants to be sure that it is you who pays.' };
    case 'completed':
      return {
        title: 'Thank you',
        lead: !ships
          ? 'Everything is yours to use now.'
          : shipment?.status === 'handed_over'
            ? 'Your parcel is on its way.'
            : 'We pack your parcel and send it soon.',
      };
    case 'failed':
      return { title: 'That did not work', lead: 'Nothing was ordered, and nothing was charged.' };
    case 'cancelled':
      return { title: 'Cancelled', lead: 'The order was not made. Your money goes back to you.' };
    case 'stuck':
      return { title: 'We are looking into it', lead: 'Somebody of us looks at this order. We will write to you.' };
    default:
      return { title: 'One moment', lead: 'Your order is being made.' };
  }
}

/** In the past tense for a list. */
export const stateWords: Record<Shown, string> = {
  created: 'Under way',
  requires_action: 'Waits for your bank',
  paid: 'Paid',
  reserved: 'Paid',
  shipped: 'Paid',
  completed: 'Completed',
  failed: 'Not paid',
  cancelled: 'Cancelled',
  stuck: 'Being looked into',
  refunded: 'Refunded',
  partially_refunded: 'Partially refunded',
};

/** Grey would say that nothing is asked of anybody. */
export const stateTone = (status: Shown): Tone => (status === 'requires_action' ? 'warn' : toneOf(status));
