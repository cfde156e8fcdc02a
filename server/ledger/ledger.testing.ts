import { v7 as uuidv7 } from 'uuid';
import type { App } from '#server/context/app.ts';
import { inTransaction, type TxCtx } from '#server/context/context.ts';
import { joined, systemContext } from '#server/members/members.testing.ts';
import { findOrOpenMemberAccount, systemAccount } from './commands/accounts.ts';
import { postEntry } from './commands/entries.ts';
import type { Account } from './shapes.ts';

/** Builders for tests. */

/** Runs in a transaction of Guildhall's own. */
export const booked = <T>(app: App, work: (tx: TxCtx) => Promise<T>): Promise<T> =>
  inTransaction(systemContext(app), work);

/** A member with an account that holds `amount` minor units. */
export async function fundedAccount(app: App, amount: number, options: { currency?: string } = {}): Promise<Account> {
  const { memberId } = await joined(app);
  return fundedAccountOf(app, memberId, amount, options);
}

export async function fundedAccountOf(
  app: App,
  memberId: string,
  amount: number,
  { currency = 'EUR' }: { currency?: string } = {},
): Promise<Account> {
  return booked(app, async (tx) => {
    const account = await findOrOpenMemberAccount(tx, { memberId, name: 'Current account', currency });
    if (amount > 0) {
      await postEntry(tx, {
        kind: 'top_up',
        currency,
        postings: [
          { accountId: await systemAccount(tx, 'bank', currency), direction: 'debit', amount },
          { accountId: account.id, direction: 'credit', amount },
        ],
        idempotencyKey: `test:top-up:${uuidv7()}`,
      });
    }
    return account;
  });
}
