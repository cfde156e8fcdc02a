import { z } from 'zod';
import { defineEvent } from '#server/events/define.ts';

const ours = ['guildhall'] as const;
const about = {
  transferId: z.uuid(),
  fromAccountId: z.uuid(),
  toAccountId: z.uuid(),
  /** The sender. */
  memberId: z.uuid(),
  toMemberId: z.uuid(),
  amount: z.strictObject({ amount: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/) }),
};

const transfer = (type: string, extra: z.ZodRawShape = {}) =>
  defineEvent({ type, version: 1, producers: ours, data: z.strictObject({ ...about, ...extra }) });

export const transferEvents = [
  transfer('transfer.requested'),
  transfer('transfer.completed'),
  transfer('transfer.failed', { code: z.string().max(60) }),
  transfer('transfer.compensated', { code: z.string().max(60) }),
  defineEvent({
    type: 'customer.view.updated',
    version: 1,
    producers: ours,
    data: z.strictObject({
      transferId: z.uuid(),
      accountId: z.uuid(),
      memberId: z.uuid(),
      transactionsLast30Days: z.int().positive(),
    }),
  }),
];

/** The stream's version is the transfer's. */
export const transferStream = (id: string) => `transfer-${id}`;
export const customerViewStream = (memberId: string) => `customer-view-${memberId}`;
