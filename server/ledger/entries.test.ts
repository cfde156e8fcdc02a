import { v7 as uuidv7 } from 'uuid';
import { expect, it } from 'vitest';
import { systemContext } from '#server/members/members.testing.ts';
import { testApp } from '#test/database.ts';
import { systemAccount } from './commands/accounts.ts';
import { pendEntry, postEntry, postPending, reverseEntry, voidPending } from './commands/entries.ts';
import { booked, fundedAccount } from './ledger.testing.ts';
import { balanceOf } from './queries/accounts.ts';

const app = testApp();

it('posts, holds, posts in part, voids and reverses', async () => {
  const account = await fundedAccount(app.current, 1000);
  const spend = (amount: number, key: string) => async () => {
    return booked(app.current, async (tx) =>
      pendEntry(tx, {
        kind: 'payment',
        currency: 'EUR',
        idempotencyKey: key,
        postings: [
          { accountId: account.id, direction: 'debit', amount },
          { accountId: await systemAccount(tx, 'goods_income', 'EUR'), direction: 'credit', amount },
        ],
      }),
    );
  };
  const hold = await spend(600, uuidv7())();
  const ctx = systemContext(app.current);
  expect(await balanceOf(ctx, account.id)).toMatchObject({ posted: 1000, available: 400 });
  await expect(spend(401, uuidv7())()).rejects.toThrow('4.00 EUR');
  const posted = await booked(app.current, (tx) =>
    postPending(tx, { entryId: hold.id, idempotencyKey: uuidv7(), amount: 500 }),
  );
  expect(await balanceOf(ctx, account.id)).toMatchObject({ posted: 500, available: 500, pendingDebits: 0 });
  await expect(
    booked(app.current, (tx) => voidPending(tx, { entryId: hold.id, idempotencyKey: uuidv7() })),
  ).rejects.toThrow('already');
  await booked(app.current, (tx) => reverseEntry(tx, { entryId: posted.id, idempotencyKey: uuidv7() }));
  expect(await balanceOf(ctx, account.id)).toMatchObject({ posted: 1000, available: 1000 });
  void postEntry;
});
