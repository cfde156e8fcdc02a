import { type Ctx, inTransaction } from '#server/context/context.ts';
import { lockMember } from '../record.ts';
import { requestVerification } from './actions.ts';

/** Asks for the verification mail again, if there is an account that waits for it. Says nothing about whether there is. */
export async function resendVerification(ctx: Ctx, email: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const [found] = await tx.sql<{ id: string }[]>`
      select id from members where lower(email) = ${email} and verified_at is null and status = 'pending'`;
    if (found) await requestVerification(tx, await lockMember(tx.sql, found.id));
  });
}
