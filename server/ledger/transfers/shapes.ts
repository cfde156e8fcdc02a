import { z } from 'zod';
import { transferStatuses } from '#db/schema/transfers.ts';
import { id, line, listOf, pageQuery, timestamp } from '#server/gateway/shapes.ts';
import { stepView } from '#server/sagas/shapes.ts';

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency of three capital letters');

export const transferBody = z.strictObject({
  fromAccountId: id,
  toAccountId: id,
  amount: z.int().positive().max(10_000_000_000_000).describe('minor units'),
  currency,
  note: line(140).optional(),
});

const transferSummary = z.strictObject({
  id,
  number: z.string(),
  fromAccountId: id,
  toAccountId: id,
  fromAccountNumber: z.string().nullable().describe('null for somebody else’s'),
  toAccountNumber: z.string().nullable().describe('null for somebody else’s'),
  otherParty: z
    .string()
    .nullable()
    .describe('first name and initial of whom it went to or came from; null for staff, and of somebody who was erased'),
  amount: z.int(),
  currency,
  direction: z.enum(['out', 'in']).nullable(),
  note: z.string().nullable(),
  status: z.enum(transferStatuses),
  failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
});

export const transferView = transferSummary.extend({ sagaId: id.nullable(), steps: z.array(stepView) });
export const transferList = listOf(transferSummary);
export const transfersQuery = z.strictObject({
  ...pageQuery,
  memberId: id.optional(),
  status: z.enum(transferStatuses).optional(),
});

export const recipientQuery = z.strictObject({ number: z.string().regex(/^A-\d{6,}$/, 'must be like A-000123') });
export const recipientView = z.strictObject({ accountId: id, holder: z.string(), currency });
