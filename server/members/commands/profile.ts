import { changeUserIdentity } from '#server/access/commands/users.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, can, inTransaction, isOwn, type TxCtx } from '#server/context/context.ts';
import { isMasked } from '#server/crypto/mask.ts';
import { openOrNull, type SubjectKey, seal, sealOrNull } from '#server/crypto/seals.ts';
import { AppError, notFound, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStream, type ProfileChanges } from '../events.ts';
import { contactOf, dateOfBirthIndex, memberViewOf, phoneIndex } from '../personal.ts';
import { lockMember, type MemberChange, type MemberRecord, writeMember } from '../record.ts';
import { isOpen } from '../rules.ts';
import type { MemberView, PatchInput, PutInput } from '../shapes.ts';
import { requestVerification } from './verification.ts';

export const memberCacheKey = (id: string) => `member:${id}`;

/**
 * Changes what the input names. `ifMatch` is the version the caller last saw, or null.
 * @throws AppError `not_found` for a record that is not there or not the caller's, `precondition_failed` when it moved on
 */
export async function updateProfile(
  ctx: Ctx,
  id: string,
  input: PatchInput,
  ifMatch: string | null,
): Promise<MemberView> {
  return inTransaction(ctx, async (tx) => {
    const before = await lockMember(tx.sql, id);
    requireWritable(tx, before);
    requireVersion(before, ifMatch);
    const key = await tx.app.dataKeys.obtain(tx.sql, id);
    const { change, event, summary } = changesOf(tx, key, before, input);
    const own = isOwn(tx, id);
    if (Object.keys(event).length === 0) return memberViewOf(before, contactOf(before, key), !own);
    // The three writes are sent at once: each round trip holds the row.
    const [after] = await Promise.all([
      writeMember(tx.sql, before, change, tx.now()),
      append(tx, memberStream(id), before.version, [
        {
          type: 'member.profile.updated',
          data: {
            memberId: id,
            version: before.version + 1,
            changes: event,
            ...(change.email ? { previousEmail: seal(key, 'email', before.email) } : {}),
          },
        },
      ]),
      writeAudit(tx, {
        action: 'member.update',
        resourceType: 'member',
        resourceId: id,
        before: summary.before,
        after: summary.after,
      }),
    ]);
    if (change.email || change.givenName || change.familyName) {
      await changeUserIdentity(tx, id, { email: after.email, name: `${after.givenName} ${after.familyName}` });
    }
    // A new address is nobody's until its owner follows a link.
    if (change.email) await requestVerification(tx, after);
    tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(id)]));
    return memberViewOf(after, contactOf(after, key), !own);
  });
}

/** PUT: everything that GET gave, read-only fields unchanged. */
export async function replaceProfile(
  ctx: Ctx,
  id: string,
  input: PutInput,
  ifMatch: string | null,
): Promise<MemberView> {
  return inTransaction(ctx, async (tx) => {
    const current = await lockMember(tx.sql, id);
    requireWritable(tx, current);
    requireVersion(current, ifMatch);
    requireReadOnlyUnchanged(current, input);
    const { givenName, familyName, email, phone, dateOfBirth, address, mailChoices } = input;
    return updateProfile(tx, id, { givenName, familyName, email, phone, dateOfBirth, address, mailChoices }, ifMatch);
  });
}

function requireReadOnlyUnchanged(current: MemberRecord, input: PutInput): void {
  const same: Array<[string, unknown, unknown]> = [
    ['id', current.id, input.id],
    ['number', current.number, input.number],
    ['status', current.status, input.status],
    ['plan.id', current.planId, input.plan.id],
    ['paidUntil', current.paidUntil, input.paidUntil],
    ['joinedAt', Date.parse(current.joinedAt), Date.parse(input.joinedAt)],
    ['version', current.version, input.version],
  ];
  const errors = same
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([path]) => ({ path, message: 'is read-only and must be as it was read' }));
  if (errors.length > 0) throw ruleViolated('A read-only field was changed.', errors);
}

/** The caller's own open record, or anyone's with `members:write`. Not yours reads as not there. */
function requireWritable(tx: TxCtx, record: MemberRecord): void {
  const own = isOwn(tx, record.id) && can(tx, 'self');
  if (!own && !can(tx, 'members:write')) throw notFound();
  if (!isOpen(record.status)) throw ruleViolated(`A record that is ${record.status} cannot be changed.`);
}

function requireVersion(record: MemberRecord, ifMatch: string | null): void {
  if (ifMatch !== null && ifMatch !== '*' && ifMatch !== String(record.version)) {
    throw new AppError(
      'precondition_failed',
      'Someone changed this record since you read it. Read it again and compare.',
    );
  }
}

interface Changed {
  change: MemberChange;
  event: ProfileChanges;
  /** Sealed values before and after, for the audit entry. */
  summary: { before: Record<string, string | null>; after: Record<string, string | null> };
}

const plain = ['givenName', 'familyName', 'email'] as const;
const sealedFields = ['phone', 'dateOfBirth', 'address'] as const;

function changesOf(tx: TxCtx, key: SubjectKey, record: MemberRecord, input: PatchInput): Changed {
  const changed: Changed = { change: {}, event: {}, summary: { before: {}, after: {} } };
  for (const field of plain) {
    const value = input[field];
    if (value === undefined || isMasked(value) || value === record[field]) continue;
    changed.change[field] = value;
    changed.event[field] = seal(key, field, value);
    changed.summary.before[field] = seal(key, field, record[field]);
    changed.summary.after[field] = changed.event[field];
  }
  for (const field of sealedFields) {
    const value = textOf(input[field]);
    if (value === undefined || value === openOrNull(key, field, record[`${field}Sealed`])) continue;
    const sealed = sealOrNull(key, field, value);
    changed.change[`${field}Sealed`] = sealed;
    changed.event[field] = sealed;
    changed.summary.before[field] = record[`${field}Sealed`];
    changed.summary.after[field] = sealed;
    if (field === 'phone') changed.change.phoneIndex = value && phoneIndex(tx.app, value);
    if (field === 'dateOfBirth') changed.change.dateOfBirthIndex = value && dateOfBirthIndex(tx.app, value);
  }
  const choices = input.mailChoices;
  if (choices && !sameChoices(choices, record.mailChoices)) {
    changed.change.mailChoices = choices;
    changed.event.mailChoices = choices;
    changed.summary.before.mailChoices = JSON.stringify(record.mailChoices);
    changed.summary.after.mailChoices = JSON.stringify(choices);
  }
  return changed;
}

/** The text that is sealed: undefined for "unchanged" (also what a masked value means), null for "cleared". */
function textOf(value: PatchInput['phone'] | PatchInput['address']): string | null | undefined {
  if (value === undefined || value === null) return value;
  if (typeof value === 'string') return isMasked(value) ? undefined : value;
  return isMasked(value.line1) ? undefined : JSON.stringify(value);
}

const sameChoices = (a: MemberRecord['mailChoices'], b: MemberRecord['mailChoices']) =>
  a.newsletter === b.newsletter && a.events === b.events && a.receipts === b.receipts;
