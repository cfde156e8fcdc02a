import { defineReaction } from '#server/events/define.ts';

/** Jobs carry which payment; its state is read when the job runs, so the newest goes out. */
export const reactions = [
  defineReaction({
    name: 'payments-legacy',
    types: ['payment.completed', 'payment.refunded', 'payment.refund_failed'],
    queue: 'payments-legacy',
    key: (event) => String(event.data.paymentId),
    payload: (event) => ({ paymentId: String(event.data.paymentId) }),
  }),
  defineReaction({
    name: 'payments-crm',
    types: ['payment.completed'],
    queue: 'payments-crm',
    key: (event) => String(event.data.memberId),
    payload: (event) => ({ memberId: String(event.data.memberId) }),
  }),
];
