import { changeSignInEmail, renameUser } from '#server/access/commands/users.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, can, inTransaction, isOwn, type TxCtx } from '#server/context/context.ts';
import { isMasked, maskAddressLine, maskEmail } from '#server/crypto/mask.ts';
import { openOrNull, type SubjectKey, seal, sealOrNull } from '#server/crypto/seals.ts';
import { AppError, notYours, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { memberStream, type ProfileChanges } from '../events.ts';
import { contactOf, dateOfBirthIndex, memberViewOf, phoneIndex } from '../personal.ts';
import { lockMember, type MemberChange, type MemberRecord, memberCacheKey, writeMember } from '../record.ts';
import { isOpen } from '../rules.ts';
import type { MemberView, PatchInput, PutInput } from '../shapes.ts';
import { emailOfAnother, isTaken } from './email.ts';
import { requestVerification } from './verification.ts';

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
    const { pendingEmail } = change;
    if (Object.keys(change).length === 0) return memberViewOf(before, contactOf(before, key), !own);
    const signInEmail = pendingEmail ? await awaitNewEmail(tx, id, pendingEmail) : null;
    // The writes are sent at once: each round trip holds the row.
    const [after] = await Promise.all([
      writeMember(tx.sql, before, change, tx.now()),
      append(tx, memberStream(id), before.version, [
        {
          type: 'member.profile.updated',
          data: {
            memberId: id,
            version: before.version + 1,
            changes: event,
            ...(pendingEmail
              ? {
                  pendingEmail: seal(key, 'email', pendingEmail),
                  previousEmail: seal(key, 'email', signInEmail ?? before.email),
                }
              : {}),
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
      isRenamed(change) ? renameUser(tx, id, fullName(before, change)) : null,
    ]);
    if (pendingEmail) await requestVerification(tx, after);
    tx.afterCommit(() => tx.app.cache.drop([memberCacheKey(id)]));
    return memberViewOf(after, contactOf(after, key), !own);
  });
}

/** Gives the address that signs in until the new one is verified. */
async function awaitNewEmail(tx: TxCtx, id: string, email: string): Promise<string | null> {
  const signInEmail = await changeSignInEmail(tx, id, email);
  if (await isTaken(tx, email, id)) throw emailOfAnother();
  return signInEmail;
}

const isRenamed = ({ givenName, familyName }: MemberChange) => givenName !== undefined || familyName !== undefined;

const fullName = (record: MemberRecord, { givenName, familyName }: MemberChange) =>
  `${givenName ?? record.givenName} ${familyName ?? record.familyName}`;

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
    requireReadOnlyUnchanged(current, input, !isOwn(tx, id));
    const { givenName, familyName, email, phone, dateOfBirth, address, mailChoices } = input;
    return updateProfile(tx, id, { givenName, familyName, email, phone, dateOfBirth, address, mailChoices }, ifMatch);
  });
}

function requireReadOnlyUnchanged(current: MemberRecord, input: PutInput, masked: boolean): void {
  const moment = (time: string | null) => time && Date.parse(time);
  const same: Array<[string, unknown, unknown]> = [
    ['id', current.id, input.id],
    ['number', current.number, input.number],
    ['status', current.status, input.status],
    ['plan.id', current.planId, input.plan.id],
    ['plan.code', current.planCode, input.plan.code],
    ['plan.name', current.planName, input.plan.name],
    [
      'pendingEmail',
      masked ? current.pendingEmail && maskEmail(current.pendingEmail) : current.pendingEmail,
      input.pendingEmail,
    ],
    ['paidUntil', current.paidUntil, input.paidUntil],
    ['joinedAt', moment(current.joinedAt), moment(input.joinedAt)],
    ['verifiedAt', moment(current.verifiedAt), moment(input.verifiedAt)],
    ['version', current.version, input.version],
    ['updatedAt', moment(current.updatedAt), moment(input.updatedAt)],
    ['masked', masked, input.masked],
  ];
  const errors = same
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([path]) => ({ path, message: 'is read-only and must be as it was read' }));
  if (errors.length > 0) throw ruleViolated('A read-only field was changed.', errors);
}

/** The caller's own open record, or anyone's with `members:write`. Not yours reads as not there. */
function requireWritable(tx: TxCtx, record: MemberRecord): void {
  const own = isOwn(tx, record.id) && can(tx, 'self');
  if (!own && !can(tx, 'members:write')) throw notYours();
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

const plain = ['givenName', 'familyName'] as const;
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
  const { email } = input;
  // A new address is nobody's until its owner follows a link: until then it waits beside the one that counts.
  if (email !== undefined && !isMasked(email) && email !== record.email && email !== record.pendingEmail) {
    changed.change.pendingEmail = email;
    changed.summary.before.pendingEmail = record.pendingEmail && seal(key, 'email', record.pendingEmail);
    changed.summary.after.pendingEmail = seal(key, 'email', email);
  }
  for (const field of sealedFields) {
    const current = openOrNull(key, field, record[`${field}Sealed`]);
    const value = field === 'address' ? addressText(current, input.address) : unmasked(input[field]);
    if (value === undefined || value === current) continue;
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

/** undefined for "unchanged" (also what a masked value means), null for "cleared". */
const unmasked = (value: string | null | undefined) => (value && isMasked(value) ? undefined : value);

const addressParts = ['line1', 'line2', 'city', 'postalCode', 'region', 'country'] as const;
const optionalParts = new Set<string>(['line2', 'region']);
type Parts = Readonly<Record<string, unknown>>;

/**
 * The address as text to seal, in one form, so that the same address is the same text. A part that comes back masked keeps
 * its value, an optional part that is absent or null is cleared. undefined for "unchanged".
 * @throws AppError `rule_violated` for a masked part that has no value to keep
 */
function addressText(current: string | null, input: Parts | null | undefined): string | null | undefined {
  if (input === undefined || input === null) return input;
  const before: Parts = current === null ? {} : (JSON.parse(current) as Parts);
  const after = Object.fromEntries(
    addressParts.map((part) => [part, input[part] === maskAddressLine() ? before[part] : input[part]]),
  );
  const missing = addressParts.filter((part) => !optionalParts.has(part) && typeof after[part] !== 'string');
  if (missing.length > 0) {
    throw ruleViolated(
      'The address is not complete.',
      missing.map((part) => ({ path: `address.${part}`, message: 'must be written out: there is none to keep' })),
    );
  }
  return current !== null && wholeText(after) === wholeText(before) ? undefined : wholeText(after);
}

const wholeText = (parts: Parts) =>
  JSON.stringify(Object.fromEntries(addressParts.flatMap((part) => (parts[part] ? [[part, parts[part]]] : []))));

const sameChoices = (a: MemberRecord['mailChoices'], b: MemberRecord['mailChoices']) =>
  a.newsletter === b.newsletter && a.events === b.events && a.receipts === b.receipts;
