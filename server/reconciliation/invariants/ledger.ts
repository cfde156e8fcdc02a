import type { Invariant } from './invariant.ts';

/** The ledger's accounts say the same as what rests on them. */
export const ledgerInvariants: readonly Invariant[] = [
  {
    kind: 'loan_not_in_books',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select l.id::text as key, l.member_id as "memberId", null::uuid as "orderId", null::uuid as "paymentId",
        null::uuid as "membershipId", abs(owed.balance - coalesce(planned.principal, 0))::bigint as amount, l.currency
      from loans l
      join (
        select account_id, sum(posted_debits - posted_credits) as balance from account_balances group by account_id
      ) as owed on owed.account_id = l.account_id
      left join (
        select loan_id, sum(principal - principal_paid) as principal from loan_instalments
        where status in ('planned', 'due') group by loan_id
      ) as planned on planned.loan_id = l.id
      where l.updated_at < ${settled} and owed.balance <> coalesce(planned.principal, 0)`,
  },
  {
    // Where it was completed the money is with the receiver, else with the sender; nothing is held any more.
    kind: 'transfer_not_in_books',
    severity: 'critical',
    find: (tx, settled) => tx.sql`
      select t.id::text as key, t.from_member_id as "memberId", null::uuid as "orderId", null::uuid as "paymentId",
        null::uuid as "membershipId", t.amount, t.currency
      from transfers t
      left join (
        select one.id,
          sum(case p.direction when 'debit' then p.amount else -p.amount end)
            filter (where p.account_id = one.from_account_id) as sent,
          sum(case p.direction when 'credit' then p.amount else -p.amount end)
            filter (where p.account_id = one.to_account_id) as received
        from transfers one
        join journal_entries e on e.transfer_id = one.id and e.state = 'posted'
        join postings p on p.entry_id = e.id
        group by one.id
      ) as moved on moved.id = t.id
      where t.finished_at < ${settled}
        and (coalesce(moved.sent, 0) <> case t.status when 'completed' then t.amount else 0 end
          or coalesce(moved.received, 0) <> case t.status when 'completed' then t.amount else 0 end
          or not exists (select from journal_entries r where r.resolves = t.hold_entry_id))`,
  },
];
