import { z } from 'zod';
import { defineReaction } from '#server/events/define.ts';

const refunded = z.object({ refundId: z.string(), amount: z.object({ amount: z.int().positive() }) });

export const reactions = [
  defineReaction({
    name: 'withdraw-applications',
    types: ['member.erased'],
    queue: 'withdraw-applications',
    payload: (event) => ({ memberId: String(event.data.memberId) }),
  }),
  defineReaction({
    name: 'loan-payments',
    types: ['payment.completed', 'payment.failed', 'payment.refunded'],
    queue: 'loan-payments',
    key: (event) => String(event.data.loanId),
    payload: (event) => {
      if (typeof event.data.loanId !== 'string') return null;
      const refund = event.type === 'payment.refunded' ? refunded.parse(event.data) : null;
      return {
        loanId: event.data.loanId,
        paymentId: String(event.data.paymentId),
        refund: refund && { id: refund.refundId, amount: refund.amount.amount },
      };
    },
  }),
];
