import { z } from 'zod';
import { accountClasses, entryKinds } from '#db/schema/ledger.ts';
import { defineEvent } from '#server/events/define.ts';

const ours = ['guildhall'] as const;
const currency = z.string().regex(/^[A-Z]{3}$/);
const money = z.strictObject({ amount: z.int(), currency });

/** Whose account: a member's own, or a loan that is theirs. */
const account = { accountId: z.uuid(), memberId: z.uuid(), loanId: z.uuid().nullable() };

export const accountCreated = defineEvent({
  type: 'account.created',
  version: 1,
  producers: ours,
  data: z.strictObject({
    ...account,
    number: z.string(),
    class: z.enum(accountClasses),
    currency,
    overdraftLimit: z.int().min(0),
  }),
});

const movement = z.strictObject({
  ...account,
  entryId: z.uuid(),
  entryNumber: z.string(),
  kind: z.enum(entryKinds),
  amount: money,
  effectiveOn: z.iso.date(),
  orderId: z.uuid().optional(),
  paymentId: z.uuid().optional(),
  transferId: z.uuid().optional(),
});

export const accountDebited = defineEvent({ type: 'account.debited', version: 1, producers: ours, data: movement });
export const accountCredited = defineEvent({ type: 'account.credited', version: 1, producers: ours, data: movement });

export const balanceUpdated = defineEvent({
  type: 'balance.updated',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...account, entryId: z.uuid(), balance: money, available: money }),
});

export const accountClosed = defineEvent({
  type: 'account.closed',
  version: 1,
  producers: ours,
  data: z.strictObject(account),
});

/** The books do not agree with themselves. */
export const ledgerCheckFailed = defineEvent({
  type: 'ledger.check.failed',
  version: 1,
  producers: ours,
  data: z.strictObject({ checkId: z.uuid(), mismatches: z.int().positive() }),
});

export const ledgerEvents = [
  accountCreated,
  accountDebited,
  accountCredited,
  balanceUpdated,
  accountClosed,
  ledgerCheckFailed,
];

export const accountStream = (accountId: string) => `account-${accountId}`;
