import { appGrantsOf, pastSessionsOf } from '#server/access/queries/sessions.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { auditAbout } from '#server/audit/queries.ts';
import { listCards } from '#server/cards/queries/cards.ts';
import { getCart } from '#server/checkout/queries.ts';
import { type Ctx, isOwn } from '#server/context/context.ts';
import { getDocument, listDocuments } from '#server/documents/queries/documents.ts';
import { notYours } from '#server/errors/errors.ts';
import { partnerCallsOf, syncStatesOf } from '#server/integrations/queries.ts';
import { listAccountEntries } from '#server/ledger/queries/account-entries.ts';
import { listAccounts } from '#server/ledger/queries/accounts.ts';
import { listTransfers } from '#server/ledger/transfers/queries.ts';
import { heldLoan } from '#server/loans/queries/held.ts';
import { listLoans } from '#server/loans/queries/loans.ts';
import { heldMember } from '#server/members/queries/held.ts';
import { listMemberships } from '#server/memberships/queries/memberships.ts';
import { listNotifications, mailsOf } from '#server/notifications/queries.ts';
import { getOrder, listOrders } from '#server/orders/queries/orders.ts';
import { listPayments, listRefunds } from '#server/payments/queries/payments.ts';

/**
 * Everything we hold about a member, for the member: GDPR articles 15 and 20. Plain JSON, values in the clear, money in minor
 * units, times RFC 3339 UTC. @throws AppError `not_found` for anybody else's
 */
export async function exportMember(ctx: Ctx, id: string): Promise<Record<string, unknown>> {
  if (!isOwn(ctx, id) || ctx.actor.kind !== 'user') throw notYours();
  const { userId } = ctx.actor;
  const held = await heldMember(ctx, id);
  const helped = held.helpRequests.map((request) => ['help-request', request.id] as const);
  const parts = {
    ...held,
    ...(await heldMoney(ctx, id)),
    notifications: await all((page) => listNotifications(ctx, page)),
    mails: await mailsOf(ctx, id),
    sessions: await pastSessionsOf(ctx, id),
    apps: await appGrantsOf(ctx, id),
    copiesAtPartners: await syncStatesOf(ctx, id),
    callsToPartners: await partnerCallsOf(ctx, id),
    audit: await auditAbout(ctx, { resources: [['member', id], ['user', userId], ...helped], userId }),
  };
  await writeAudit(ctx, { action: 'member.export', resourceType: 'member', resourceId: id });
  return { exportedAt: ctx.now().toISOString(), ...parts };
}

/** One after the other: a person's download is no reason to take ten connections at once. */
async function heldMoney(ctx: Ctx, memberId: string): Promise<Record<string, unknown>> {
  const accounts = await all((page) => listAccounts(ctx, { ...page, memberId, owner: 'member' }));
  const payments = await all((page) => listPayments(ctx, { ...page, memberId }));
  return {
    memberships: await all((page) => listMemberships(ctx, { ...page, memberId })),
    cart: await getCart(ctx),
    orders: await each(await all((page) => listOrders(ctx, { ...page, memberId })), ({ id }) => getOrder(ctx, id)),
    payments: await each(payments, async (payment) => ({
      ...payment,
      refunds: (await listRefunds(ctx, payment.id)).data,
    })),
    cards: (await listCards(ctx)).data,
    documents: await each(await all((page) => listDocuments(ctx, { ...page, memberId })), ({ id }) =>
      getDocument(ctx, id),
    ),
    accounts: await each(accounts, async (account) => ({
      ...account,
      entries: await all((page) => listAccountEntries(ctx, account.id, { ...page, state: 'posted' })),
    })),
    transfers: await all((page) => listTransfers(ctx, { ...page, memberId })),
    loans: await each(await all((page) => listLoans(ctx, { ...page, memberId, order: 'oldest' })), ({ id }) =>
      heldLoan(ctx, id),
    ),
  };
}

interface Page {
  limit: number;
  cursor?: string;
}

/** Every page of a list. */
async function all<T>(list: (page: Page) => Promise<{ data: T[]; nextCursor: string | null }>): Promise<T[]> {
  const found: T[] = [];
  let page: Page | null = { limit: 200 };
  while (page !== null) {
    const { data, nextCursor } = await list(page);
    found.push(...data);
    page = nextCursor === null ? null : { limit: 200, cursor: nextCursor };
  }
  return found;
}

async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (const item of items) done.push(await work(item));
  return done;
}
