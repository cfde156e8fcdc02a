import { defineReaction } from '#server/events/define.ts';

export const reactions = [
  defineReaction({
    name: 'order-documents',
    types: ['order.completed', 'payment.refunded'],
    queue: 'order-documents',
    payload: (event) => (event.data.orderId === undefined ? null : { orderId: String(event.data.orderId) }),
  }),
  defineReaction({
    name: 'payment-documents',
    types: ['payment.completed'],
    queue: 'payment-documents',
    payload: (event) =>
      event.data.purpose === 'top_up' || event.data.purpose === 'donation'
        ? { paymentId: String(event.data.paymentId) }
        : null,
  }),
];
