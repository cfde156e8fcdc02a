import type { Queryable, TransactionSql } from '#db/client.ts';
import type { MailChoices, MemberStatus } from '#db/schema/members.ts';
import { notFound } from '#server/errors/errors.ts';

/** The member's row with its plan, as the database holds it: contact values sealed. Times are RFC 3339 in UTC. */
export interface MemberRecord {
  id: string;
  number: string;
  status: MemberStatus;
  givenName: string;
  familyName: string;
  email: string;
  /** A new address that waits for its owner to follow the link there. */
  pendingEmail: string | null;
  phoneSealed: string | null;
  dateOfBirthSealed: string | null;
  addressSealed: string | null;
  planId: string;
  planCode: string;
  planName: string;
  paidUntil: string | null;
  mailChoices: MailChoices;
  joinedAt: string;
  verifiedAt: string | null;
  version: number;
  updatedAt: string;
}

/** The address that a link to verify one goes to. */
export const waitingEmail = (member: MemberRecord) => member.pendingEmail ?? member.email;

export const memberCacheKey = (id: string) => `member:${id}`;

const columns = (sql: Queryable) => sql`
  m.id, m.number, m.status, m.given_name as "givenName", m.family_name as "familyName", m.email,
  m.pending_email as "pendingEmail", m.phone_sealed as "phoneSealed", m.date_of_birth_sealed as "dateOfBirthSealed", m.address_sealed as "addressSealed",
  m.plan_id as "planId", p.code as "planCode", p.name as "planName", m.paid_until::text as "paidUntil",
  m.mail_choices as "mailChoices", m.joined_at as "joinedAt", m.verified_at as "verifiedAt", m.version,
  m.updated_at as "updatedAt"`;

export async function findMember(sql: Queryable, id: string): Promise<MemberRecord | null> {
  return (await findMembers(sql, [id]))[0] ?? null;
}

export async function findMembers(sql: Queryable, ids: readonly string[]): Promise<MemberRecord[]> {
  const rows = await sql<MemberRecord[]>`
    select ${columns(sql)} from members m join plans p on p.id = m.plan_id where m.id = any(${[...ids]}::uuid[])`;
  return rows.map(withIsoTimes);
}

/** Locks the row until the transaction ends. @throws AppError `not_found`. */
export async function lockMember(sql: TransactionSql, id: string): Promise<MemberRecord> {
  const [row] = await sql<MemberRecord[]>`
    select ${columns(sql)} from members m join plans p on p.id = m.plan_id where m.id = ${id} for update of m`;
  if (!row) throw notFound();
  return withIsoTimes(row);
}

/** What a command may change of a row; the version always grows by one. */
export type MemberChange = Partial<
  Pick<
    MemberRecord,
    | 'status'
    | 'givenName'
    | 'familyName'
    | 'email'
    | 'pendingEmail'
    | 'phoneSealed'
    | 'dateOfBirthSealed'
    | 'addressSealed'
    | 'planId'
    | 'paidUntil'
    | 'mailChoices'
    | 'verifiedAt'
  > & { phoneIndex: string | null; dateOfBirthIndex: string | null }
>;

/** Writes the changed columns of a locked row and returns it as it now is. */
export async function writeMember(
  sql: TransactionSql,
  before: MemberRecord,
  change: MemberChange,
  now: Date,
): Promise<MemberRecord> {
  const after: MemberRecord = {
    ...before,
    ...withoutIndexes(change),
    version: before.version + 1,
    updatedAt: now.toISOString(),
  };
  const values = {
    status: after.status,
    given_name: after.givenName,
    family_name: after.familyName,
    email: after.email,
    pending_email: after.pendingEmail,
    phone_sealed: after.phoneSealed,
    date_of_birth_sealed: after.dateOfBirthSealed,
    address_sealed: after.addressSealed,
    plan_id: after.planId,
    paid_until: after.paidUntil,
    mail_choices: JSON.stringify(after.mailChoices),
    verified_at: after.verifiedAt,
    version: after.version,
    updated_at: after.updatedAt,
    ...('phoneIndex' in change ? { phone_index: change.phoneIndex ?? null } : {}),
    ...('dateOfBirthIndex' in change ? { date_of_birth_index: change.dateOfBirthIndex ?? null } : {}),
  };
  await sql`update members set ${sql(values)} where id = ${before.id}`;
  return after;
}

function withoutIndexes({ phoneIndex: _phone, dateOfBirthIndex: _birth, ...rest }: MemberChange) {
  return rest;
}

// The driver hands times over as Postgres writes them.
const withIsoTimes = (row: MemberRecord): MemberRecord => ({
  ...row,
  joinedAt: new Date(row.joinedAt).toISOString(),
  verifiedAt: row.verifiedAt && new Date(row.verifiedAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
});
