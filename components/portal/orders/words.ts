import type { Order } from '../../api/orders.ts';

type Step = Order['steps'][number];

/** What a step is called while it is to come, under way, and done. */
const names: Record<string, { now: string; done: string }> = {
  'check-member': { now: 'Checking your membership', done: 'Membership checked' },
  payment: { now: 'Paying', done: 'Paid' },
  'reserve-stock': { now: 'Reserving', done: 'Reserved' },
  ship: { now: 'Preparing the parcel', done: 'Parcel prepared' },
  complete: { now: 'Finishing', done: 'Finished' },
};

/** The steps that mean something to whoever ordered. */
export const shownSteps = ({ steps, ships }: Pick<Order, 'steps' | 'ships'>) =>
  steps.filter(({ name }) => ships || name !== 'ship');

export function stepWords({ name, status }: Pick<Step, 'name' | 'status'>): string {
  const words = names[name];
  if (!words) return name;
  return status === 'completed' || status === 'skipped' ? words.done : words.now;
}

/** What the page says of an order as a whole. */
export function orderWords({ status, ships, shipment }: Pick<Order, 'status' | 'ships' | 'shipment'>): {
  title: string;
  lead: string;
} {
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
export const stateWords: Record<Order['status'], string> = {
  created: 'Under way',
  requires_action: 'Waits for your bank',
  paid: 'Paid',
  reserved: 'Paid',
  shipped: 'Paid',
  completed: 'Completed',
  failed: 'Not paid',
  cancelled: 'Cancelled',
  stuck: 'Being looked into',
};
