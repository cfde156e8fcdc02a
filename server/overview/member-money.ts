import { recordLook, withinLook } from '#server/audit/commands.ts';
import { defaultCardOf } from '#server/cards/queries/cards.ts';
import { type Ctx, can, isOwn } from '#server/context/context.ts';
import { listAccounts } from '#server/ledger/queries/accounts.ts';
import { listLoans } from '#server/loans/queries/loans.ts';
import { readableMember } from '#server/members/queries/member.ts';
import { listMemberships } from '#server/memberships/queries/memberships.ts';
import { listOrders } from '#server/orders/queries/orders.ts';
import { listPayments } from '#server/payments/queries/payments.ts';
import type { MemberMoney } from './shapes.ts';

/** How many of the last orders and payments are given; the lists have the others. */
const mostRecent = 3;

const over = new Set(['settled', 'rejected', 'withdrawn', 'written_off']);

/**
 * All of a member's money in one look, for staff: what each list would show of it, and nothing (null) of what the caller may
 * not read. @throws AppError `not_found`
 */
export async function memberMoney(ctx: Ctx, memberId: string): Promise<MemberMoney> {
  await readableMember(ctx, memberId);
  if (!isOwn(ctx, memberId)) await recordLook(ctx, { resourceType: 'member', resourceId: memberId, part: 'money' });
  const within = withinLook(ctx);
  const [accounts, memberships, loans, card, orders, payments] = await Promise.all([
    can(ctx, 'ledger:read') ? listAccounts(within, { memberId, limit: 50 }) : null,
    can(ctx, 'memberships:read') ? listMemberships(within, { memberId, limit: 1 }) : null,
    can(ctx, 'loans:read') ? listLoans(within, { memberId, order: 'newest', limit: 50 }) : null,
    can(ctx, 'payments:read') ? defaultCardOf(within, memberId) : null,
    can(ctx, 'orders:read') ? listOrders(within, { memberId, limit: mostRecent }) : null,
    can(ctx, 'payments:read') ? listPayments(within, { memberId, limit: mostRecent }) : null,
  ]);
  return {
    // What a loan owes is an account too, and stands with the loan.
    accounts: accounts?.data.filter(({ loanId, status }) => loanId === null && status === 'open') ?? null,
    membership: memberships?.data.find(({ endedAt }) => endedAt === null) ?? null,
    loans: loans?.data.filter(({ status }) => !over.has(status)) ?? null,
    card,
    orders: orders?.data ?? null,
    payments: payments?.data ?? null,
  };
}
