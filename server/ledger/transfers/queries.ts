import { requirePerson } from '#server/access/commands/sessions.ts';
import { recordListLook, recordLook } from '#server/audit/commands.ts';
import { type Ctx, can, isOwn } from '#server/context/context.ts';
import { maskName } from '#server/crypto/mask.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { notFound, notYours } from '#server/errors/errors.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { memberLabelsOf, memberNameOf, memberStatusOf } from '#server/members/queries/status.ts';
import { type StepView, stepsOf } from '#server/sagas/queries.ts';
import { findTransfer, type Transfer, transferColumns, withTimes } from './record.ts';
import { mayReceive } from './rules.ts';
import './saga.ts';

export interface TransferSummary {
  id: string;
  number: string;
  fromAccountId: string;
  toAccountId: string;
  /** null for somebody else's account, unless staff ask. */
  fromAccountNumber: string | null;
  toAccountNumber: string | null;
  /** First name and initial; null for staff. */
  otherParty: string | null;
  amount: number;
  currency: string;
  /** Seen from the member who asks; null for staff. */
  direction: 'out' | 'in' | null;
  note: string | null;
  status: Transfer['status'];
  failure: { code: string; message: string } | null;
  createdAt: string;
  finishedAt: string | null;
}

export interface TransferView extends TransferSummary {
  sagaId: string | null;
  steps: StepView[];
}

/** @throws AppError `not_found`, also for a transfer between others */
export async function getTransfer(ctx: Ctx, id: string): Promise<TransferView> {
  const transfer = await findTransfer(ctx.sql, id);
  if (!transfer) throw notFound();
  if (!mayRead(ctx, transfer)) throw notYours();
  if (!isParty(ctx, transfer)) await auditLooks(ctx, [transfer.fromMemberId, transfer.toMemberId]);
  const { id: sagaId, steps } = await stepsOf(ctx, 'transfer', id);
  return {
    ...(await summaryOf(ctx, transfer, await partiesOf(ctx, [transfer]))),
    sagaId: can(ctx, 'sagas:read') ? sagaId : null,
    steps,
  };
}

const isParty = (ctx: Ctx, transfer: Transfer) => isOwn(ctx, transfer.fromMemberId) || isOwn(ctx, transfer.toMemberId);

const mayRead = (ctx: Ctx, transfer: Transfer) => can(ctx, 'ledger:read') || isParty(ctx, transfer);

/** Whoever looks at what others sent each other is in the trail of both. */
async function auditLooks(ctx: Ctx, memberIds: readonly string[]): Promise<void> {
  for (const resourceId of new Set(memberIds))
    await recordLook(ctx, { resourceType: 'member', resourceId, part: 'transfer' });
}

export interface TransferFilter {
  memberId?: string | undefined;
  status?: Transfer['status'] | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Newest first: one's own; with `ledger:read` anybody's. */
export async function listTransfers(
  ctx: Ctx,
  filter: TransferFilter,
): Promise<{ data: TransferSummary[]; nextCursor: string | null }> {
  const memberId = whose(ctx, filter.memberId);
  await recordListLook(ctx, { resourceType: 'transfer', part: 'transfers', memberId });
  const { sql } = ctx;
  const [at, id] = filter.cursor ? decodeCursor(filter.cursor, ['timestamp', 'uuid']) : [];
  const rows = await sql<Transfer[]>`
    select ${transferColumns(sql)} from transfers t
    where true
      ${memberId === undefined ? sql`` : sql`and (t.from_member_id = ${memberId} or t.to_member_id = ${memberId})`}
      ${filter.status ? sql`and t.status = ${filter.status}` : sql``}
      ${at && id ? sql`and (t.created_at, t.id) < (${at}, ${id})` : sql``}
    order by t.created_at desc, t.id desc limit ${filter.limit + 1}`;
  const page = rows.slice(0, filter.limit).map(withTimes);
  const last = page.at(-1);
  const data = [];
  const parties = await partiesOf(ctx, page);
  for (const transfer of page) data.push(await summaryOf(ctx, transfer, parties));
  return { data, nextCursor: rows.length > filter.limit && last ? encodeCursor([last.createdAt, last.id]) : null };
}

/** undefined: everybody's; null: nobody's. */
function whose(ctx: Ctx, asked: string | undefined): string | null | undefined {
  if (can(ctx, 'ledger:read')) return asked;
  const { memberId } = requirePerson(ctx);
  if (asked !== undefined && asked !== memberId) throw notYours();
  return memberId;
}

interface Parties {
  members: Awaited<ReturnType<typeof memberLabelsOf>>;
  /** Account numbers by id. */
  numbers: Map<string, string>;
}

async function partiesOf(ctx: Ctx, transfers: readonly Transfer[]): Promise<Parties> {
  const accountIds = transfers.flatMap(({ fromAccountId, toAccountId }) => [fromAccountId, toAccountId]);
  const accounts = await ctx.sql<{ id: string; number: string }[]>`
    select id, number from accounts where id = any(${[...new Set(accountIds)]}::uuid[])`;
  const memberIds = transfers.flatMap(({ fromMemberId, toMemberId }) => [fromMemberId, toMemberId]);
  return {
    members: await memberLabelsOf(ctx, memberIds),
    numbers: new Map(accounts.map(({ id, number }) => [id, number])),
  };
}

async function summaryOf(ctx: Ctx, transfer: Transfer, parties: Parties): Promise<TransferSummary> {
  const { id, number, fromAccountId, toAccountId, amount, currency, status, createdAt, finishedAt } = transfer;
  const { failureCode, failureMessage } = transfer;
  const out = isOwn(ctx, transfer.fromMemberId);
  const direction = out ? 'out' : isOwn(ctx, transfer.toMemberId) ? 'in' : null;
  const other = parties.members.get(out ? transfer.toMemberId : transfer.fromMemberId)?.name;
  const numberOf = (accountId: string, ownerId: string) =>
    direction === null || isOwn(ctx, ownerId) ? (parties.numbers.get(accountId) ?? null) : null;
  return {
    ...{ id, number, fromAccountId, toAccountId, amount, currency, direction, status, createdAt, finishedAt },
    fromAccountNumber: numberOf(fromAccountId, transfer.fromMemberId),
    toAccountNumber: numberOf(toAccountId, transfer.toMemberId),
    otherParty: direction !== null && other ? maskName(other) : null,
    note: direction === null ? null : await noteOf(ctx, transfer, direction),
    failure: failureCode ? { code: failureCode, message: failureMessage ?? '' } : null,
  };
}

async function noteOf(ctx: Ctx, transfer: Transfer, direction: 'out' | 'in'): Promise<string | null> {
  const sealed = direction === 'out' ? transfer.noteSealedFrom : transfer.noteSealedTo;
  if (sealed === null) return null;
  const key = await ctx.app.dataKeys.find(ctx.sql, direction === 'out' ? transfer.fromMemberId : transfer.toMemberId);
  return openOrNull(key, 'transferNote', sealed);
}

/** Whose account has a number, for who is about to send money there: enough to recognise, not enough to learn. @throws AppError `not_found` */
export async function findRecipient(
  ctx: Ctx,
  number: string,
): Promise<{ accountId: string; holder: string; currency: string }> {
  const [row] = await ctx.sql<{ id: string; memberId: string; currency: string }[]>`
    select id, member_id as "memberId", currency from accounts
    where number = ${number} and member_id is not null and loan_id is null and status = 'open'`;
  const found = row && mayReceive(await memberStatusOf(ctx, row.memberId));
  const name = found ? await memberNameOf(ctx, row.memberId) : null;
  if (!row || !name) throw notFound('There is no open account with this number.');
  return { accountId: row.id, holder: maskName(name), currency: row.currency };
}
