import type { Queryable, TransactionSql } from '#db/client.ts';
import type { CardStatus } from '#db/schema/cards.ts';
import { notFound } from '#server/errors/errors.ts';
import { rfc3339 } from '#server/events/read.ts';

/** A kept card as the database holds it. Never its number. */
export interface Card {
  id: string;
  memberId: string;
  status: CardStatus;
  /** The frame's name for it. */
  token: string;
  setupIntentId: string | null;
  paymentMethodId: string | null;
  fingerprint: string | null;
  brand: string | null;
  last4: string | null;
  expMonth: number | null;
  expYear: number | null;
  wantsDefault: boolean;
  wantsRenewals: boolean;
  isDefault: boolean;
  forRenewals: boolean;
  sameAs: string | null;
  failureCode: string | null;
  failureMessage: string | null;
  createdAt: string;
  updatedAt: string;
}

export const cardColumns = (sql: Queryable) => sql`
  c.id, c.member_id as "memberId", c.status, c.token, c.setup_intent_id as "setupIntentId",
  c.payment_method_id as "paymentMethodId", c.fingerprint, c.brand, c.last4, c.exp_month as "expMonth", c.exp_year as "expYear",
  c.wants_default as "wantsDefault", c.wants_renewals as "wantsRenewals", c.is_default as "isDefault",
  c.for_renewals as "forRenewals", c.same_as as "sameAs", c.failure_code as "failureCode",
  c.failure_message as "failureMessage", c.created_at as "createdAt", c.updated_at as "updatedAt"`;

export const withTimes = (row: Card): Card => ({
  ...row,
  createdAt: rfc3339(row.createdAt),
  updatedAt: rfc3339(row.updatedAt),
});

export async function findCard(sql: Queryable, id: string): Promise<Card | null> {
  const [row] = await sql<Card[]>`select ${cardColumns(sql)} from cards c where c.id = ${id}`;
  return row ? withTimes(row) : null;
}

/** @throws AppError `not_found` */
export async function lockCard(sql: TransactionSql, id: string): Promise<Card> {
  const [row] = await sql<Card[]>`select ${cardColumns(sql)} from cards c where c.id = ${id} for update`;
  if (!row) throw notFound();
  return withTimes(row);
}

/** One at a time for each member: which card is the default, and which are the same, is about all of them. */
export const lockCardsOf = (sql: TransactionSql, memberId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`cards ${memberId}`}, 23))`;

/** The locks of all of the member's cards first, as everybody takes them who holds both. @throws AppError `not_found` */
export async function lockCardAmongOthers(sql: TransactionSql, id: string): Promise<Card> {
  const found = await findCard(sql, id);
  if (!found) throw notFound();
  await lockCardsOf(sql, found.memberId);
  return lockCard(sql, id);
}

/** Of which the gateway has not said yet what becomes of them. The caller holds the lock of the member's cards. */
export async function lockOpenCards(sql: TransactionSql, memberId: string): Promise<Card[]> {
  const rows = await sql<Card[]>`
    select ${cardColumns(sql)} from cards c
    where c.member_id = ${memberId} and c.status in ('pending', 'requires_action') order by c.id for update`;
  return rows.map(withTimes);
}

export async function activeCards(sql: Queryable, memberId: string): Promise<Card[]> {
  const rows = await sql<Card[]>`
    select ${cardColumns(sql)} from cards c where c.member_id = ${memberId} and c.status = 'active'
    order by c.is_default desc, c.created_at desc, c.id desc`;
  return rows.map(withTimes);
}
