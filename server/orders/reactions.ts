import { defineReaction } from '#server/events/define.ts';

/** Whatever is heard of an order's payment, the order looks at it. */
export const orderPaymentNews = defineReaction({
  name: 'order-payments',
  types: ['payment.completed', 'payment.failed', 'payment.requires_action', 'payment.refunded'],
  queue: 'order-payments',
  key: (event) => String(event.data.orderId),
  payload: (event) =>
    event.data.orderId === undefined
      ? null
      : { orderId: String(event.data.orderId), paymentId: String(event.data.paymentId) },
});

export const reactions = [orderPaymentNews];
