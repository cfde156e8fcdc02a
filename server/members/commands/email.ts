import { closeUnprovedUser, forgetAwaitedEmail } from '#server/access/commands/users.ts';
import { accountWithEmail } from '#server/access/queries/users.ts';
import { mailedTokenMs } from '#server/access/rules.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, can, inTransaction, isOwn, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { conflict, notYours } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStream } from '../events.ts';
import { lockMember, type MemberRecord, memberCacheKey, writeMember } from '../record.ts';
import { changeStatus } from './status.ts';

/** Who has an address that somebody else wants. */
interface Holder {
  memberId: string | null;
  /** They joined with it and never followed a link to it, nor did they pay. */
  unproved: boolean;
  /** RFC 3339. */
  since: string;
}

/** Nobody, where it is `memberId`'s own. An address that only waits to be verified is held by nobody. */
async function holderOf(tx: TxCtx, email: string, memberId: string | null): Promise<Holder | null> {
  const account = await accountWithEmail(tx, email);
  const [row] = await tx.sql<{ id: string; unproved: boolean; since: string }[]>`
    select id, status = 'pending' and verified_at is null as unproved, joined_at as since from members
    where lower(email) = ${email} and id is distinct from ${memberId}::uuid`;
  if (row) {
    const ofAccount = !account || (account.memberId === row.id && !account.proved);
    return { memberId: row.id, unproved: row.unproved && ofAccount, since: row.since };
  }
  if (!account || (memberId !== null && account.memberId === memberId)) return null;
  return { memberId: account.memberId, unproved: false, since: '' };
}

/** Whoever joined with an address has as long to prove it as the link in the first mail works. */
const isGivenUp = (tx: TxCtx, holder: Holder) =>
  holder.unproved && Date.parse(holder.since) + mailedTokenMs['verify-email'] < tx.now().getTime();

/** Whether a member may begin to move to this address, or somebody join with it: see `freeEmail`. */
export async function isTaken(tx: TxCtx, email: string, memberId: string | null): Promise<boolean> {
  const holder = await holderOf(tx, email, memberId);
  return holder !== null && !isGivenUp(tx, holder);
}

/**
 * Takes an address from whoever joined with it and never proved it: for somebody who proves it now (`proved`), and for
 * somebody who joins after the first one's time to prove it is over. Gives false when its holder keeps it.
 */
export async function freeEmail(
  tx: TxCtx,
  email: string,
  { memberId, proved }: { memberId: string | null; proved: boolean },
): Promise<boolean> {
  const holder = await holderOf(tx, email, memberId);
  if (!holder) return true;
  if (holder.memberId === null || !(proved ? holder.unproved : isGivenUp(tx, holder))) return false;
  return release(tx, await lockMember(tx.sql, holder.memberId));
}

export const emailOfAnother = () =>
  conflict('There is another account with this e-mail address.', [
    { path: 'email', message: 'belongs to another account' },
  ]);

async function release(tx: TxCtx, before: MemberRecord): Promise<boolean> {
  // Proved while we waited for the row.
  if (before.verifiedAt !== null || before.status !== 'pending') return false;
  const key = await tx.app.dataKeys.obtain(tx.sql, before.id);
  const email = `released-${before.id}@released.invalid`;
  const after = await writeMember(tx.sql, before, { email, pendingEmail: null }, tx.now());
  await append(tx, memberStream(before.id), before.version, [
    {
      type: 'member.profile.updated',
      data: { memberId: before.id, version: after.version, changes: { email: seal(key, 'email', email) } },
    },
  ]);
  await closeUnprovedUser(tx, before.id, email);
  await changeStatus(tx, after, 'resigned', 'release-address', 'Nobody proved this address; somebody else claims it.');
  return true;
}

/** A member does not want the new address any more: the one that signs in stays, as verified as it is. */
export async function withdrawEmail(ctx: Ctx, id: string): Promise<void> {
  if (!(isOwn(ctx, id) && can(ctx, 'self')) && !can(ctx, 'members:write')) throw notYours();
  await inTransaction(ctx, async (tx) => {
    const before = await lockMember(tx.sql, id);
    if (before.pendingEmail === null) return;
    const key = await tx.app.dataKeys.obtain(tx.sql, id);
    const after = await writeMember(tx.sql, before, { pendingEmail: null }, tx.now());
    await forgetAwaitedEmail(tx, id);
    await append(tx, memberStream(id), before.version, [
      {
        type: 'member.profile.updated',
        data: { memberId: id, version: after.version, changes: {}, pendingEmail: null },
      },
    ]);
    await writeAudit(tx, {
      action: 'member.withdraw-email',
      resourceType: 'member',
      resourceId: id,
      before: { email: seal(key, 'email', before.pendingEmail) },
    });
    tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(id)]));
  });
}
