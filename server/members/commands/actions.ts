import { v7 as uuidv7 } from 'uuid';
import { eraseUser, requestPasswordResetFor } from '#server/access/commands/users.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn, requirePermission, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { AppError, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStream } from '../events.ts';
import { lockMember, type MemberRecord, memberCacheKey, writeMember } from '../record.ts';
import { standingOf } from '../rules.ts';
import type { MemberAction } from '../shapes.ts';
import { changeStatus } from './status.ts';
import { requestVerification } from './verification.ts';

type Work = (tx: TxCtx, member: MemberRecord, reason: string) => Promise<unknown>;

const work: Record<MemberAction, Work> = {
  'resend-verification': resendVerification,
  'reset-password': resetPassword,
  suspend: (tx, member, reason) => changeStatus(tx, member, 'suspended', 'suspend', reason),
  reinstate,
  resign: (tx, member, reason) => changeStatus(tx, member, 'resigned', 'resign', reason),
  'mark-deceased': (tx, member, reason) => changeStatus(tx, member, 'deceased', 'mark-deceased', reason),
  extend,
  note,
  erase,
};

/** What staff can do to a member, each with a reason. Nobody acts on their own record. @throws AppError `forbidden`, `not_found`, `rule_violated` */
export async function act(ctx: Ctx, id: string, action: MemberAction, reason: string): Promise<void> {
  requirePermission(ctx, action === 'erase' ? 'members:erase' : 'members:act');
  if (isOwn(ctx, id)) throw new AppError('forbidden', 'Nobody decides on their own record. Ask a colleague.');
  await inTransaction(ctx, async (tx) => {
    await work[action](tx, await lockMember(tx.sql, id), reason);
    tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(id)]));
  });
}

async function resendVerification(tx: TxCtx, member: MemberRecord, reason: string): Promise<void> {
  if (member.verifiedAt && !member.pendingEmail) throw ruleViolated('This e-mail address is verified already.');
  await requestVerification(tx, member);
  await writeAudit(tx, { action: 'member.resend-verification', resourceType: 'member', resourceId: member.id, reason });
}

async function resetPassword(tx: TxCtx, member: MemberRecord, reason: string): Promise<void> {
  await requestPasswordResetFor(tx, { memberId: member.id });
  await writeAudit(tx, { action: 'member.reset-password', resourceType: 'member', resourceId: member.id, reason });
}

/** Back to where they would stand: a suspension, or having left, pays for no day. */
async function reinstate(tx: TxCtx, member: MemberRecord, reason: string): Promise<void> {
  if (member.status !== 'suspended' && member.status !== 'resigned') {
    throw ruleViolated(
      'Only who is suspended or has resigned can be reinstated. What was paid is recorded as a payment.',
    );
  }
  const standing = standingOf(member.paidUntil, tx.now().toISOString().slice(0, 10));
  const to = member.status === 'resigned' && standing !== 'active' ? 'pending' : standing;
  await changeStatus(tx, member, to, 'reinstate', reason);
}

const extensionDays = 30;

/** A month of grace as a courtesy: moves the paid-until date by 30 days from today or from where it is, whichever is later. */
async function extend(tx: TxCtx, member: MemberRecord, reason: string): Promise<void> {
  if (!['active', 'grace', 'lapsed'].includes(member.status)) {
    throw ruleViolated(`A membership that is ${member.status} cannot be extended.`);
  }
  const today = tx.now().toISOString().slice(0, 10);
  const from = member.paidUntil && member.paidUntil > today ? member.paidUntil : today;
  const paidUntil = new Date(Date.parse(`${from}T00:00:00Z`) + extensionDays * 86_400_000).toISOString().slice(0, 10);
  const after = await writeMember(tx.sql, member, { paidUntil }, tx.now());
  await append(tx, memberStream(member.id), member.version, [
    { type: 'member.extended', data: { memberId: member.id, version: after.version, paidUntil } },
  ]);
  await writeAudit(tx, {
    action: 'member.extend',
    resourceType: 'member',
    resourceId: member.id,
    reason,
    before: { paidUntil: member.paidUntil },
    after: { paidUntil },
  });
}

async function note(tx: TxCtx, member: MemberRecord, text: string): Promise<void> {
  if (member.status === 'erased') throw ruleViolated('Nothing can be written about someone who was erased.');
  const key = await tx.app.dataKeys.obtain(tx.sql, member.id);
  const noteId = uuidv7();
  const sealed = seal(key, 'note', text);
  await tx.sql`
    insert into member_notes (id, member_id, author_user_id, text_sealed, created_at)
    values (${noteId}, ${member.id}, ${tx.actor.kind === 'user' ? tx.actor.userId : null}, ${sealed}, ${tx.now().toISOString()})`;
  await append(tx, `note-${noteId}`, 'new', [{ type: 'member.noted', data: { memberId: member.id, noteId } }]);
  await writeAudit(tx, {
    action: 'member.note',
    resourceType: 'member',
    resourceId: member.id,
    after: { note: sealed },
  });
}

/**
 * Erases the person: the row's own values are overwritten and the data key destroyed, and with it every sealed copy in
 * events, audit entries and backups. Numbers, dates and money records stay.
 */
async function erase(tx: TxCtx, member: MemberRecord, reason: string): Promise<void> {
  if (member.status === 'erased') throw ruleViolated('This person was erased already.');
  const after = await writeMember(
    tx.sql,
    member,
    {
      status: 'erased',
      givenName: 'Erased',
      familyName: 'person',
      email: `erased-${member.id}@erased.invalid`,
      pendingEmail: null,
      phoneSealed: null,
      phoneIndex: null,
      dateOfBirthSealed: null,
      dateOfBirthIndex: null,
      addressSealed: null,
    },
    tx.now(),
  );
  await eraseUser(tx, member.id);
  await append(tx, memberStream(member.id), member.version, [
    { type: 'member.erased', data: { memberId: member.id, version: after.version } },
  ]);
  await writeAudit(tx, {
    action: 'member.erase',
    resourceType: 'member',
    resourceId: member.id,
    reason,
    before: { status: member.status },
    after: { status: 'erased' },
  });
  // What was written about the account is sealed for the account.
  const accounts = await tx.sql<{ id: string }[]>`select id from users where member_id = ${member.id}`;
  for (const subjectId of [...accounts.map((account) => account.id), member.id]) {
    await tx.app.dataKeys.destroy(tx.sql, subjectId);
  }
}
