import { v7 as uuidv7 } from 'uuid';
import { writeAudit } from '#server/audit/commands.ts';
import { actorId } from '#server/context/actor.ts';
import { type Ctx, inTransaction, requirePermission, type TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { enqueue } from '#server/queue/enqueue.ts';
import type { CheckView } from '../shapes.ts';

type Mismatch = CheckView['mismatches'][number];

/** As many of each kind are told as somebody will look at. */
const shown = 20;

/** Asks for a check; it runs as a job. Gives its id. */
export async function requestCheck(ctx: Ctx): Promise<{ id: string }> {
  requirePermission(ctx, 'ledger:manage');
  return inTransaction(ctx, async (tx) => {
    const id = uuidv7();
    await enqueue(tx, { queue: 'ledger-checks', id, payload: { requestedBy: actorId(tx.actor) } });
    await writeAudit(tx, { action: 'ledger.check', resourceType: 'ledger-check', resourceId: id });
    return { id };
  });
}

/**
 * Counts the books again from the postings: entries balance, balances are what the postings add up to, the trial balance is
 * zero, no limit is broken. The database adds up; nothing but mismatches is held here. Each question is one statement, which
 * sees the books at one moment while others go on writing.
 */
export async function checkLedger(
  tx: TxCtx,
  cause: { kind: 'schedule' } | { kind: 'request'; id: string; requestedBy: string | null },
): Promise<{ status: 'ok' | 'failed' }> {
  const started = performance.now();
  const counts = await countBooks(tx);
  const difference = await trialDifference(tx);
  const mismatches = [
    ...(await unbalancedEntries(tx)),
    ...(await wrongBalances(tx)),
    ...(await brokenLimits(tx)),
    ...difference.map(({ currency, difference }) => ({
      kind: 'trial-balance',
      id: currency,
      message: `debits and credits differ by ${difference}`,
    })),
  ];
  const id = cause.kind === 'request' ? cause.id : uuidv7();
  const status = mismatches.length === 0 ? 'ok' : 'failed';
  await tx.sql`
    insert into ledger_checks (id, cause, requested_by, finished_at, duration_ms, entries, accounts, difference, mismatches,
      status)
    values (${id}, ${cause.kind}, ${cause.kind === 'request' ? cause.requestedBy : null}, ${tx.now().toISOString()},
      ${Math.round(performance.now() - started)}, ${counts.entries}, ${counts.accounts},
      ${difference.reduce((sum, one) => sum + Math.abs(one.difference), 0)}, ${JSON.stringify(mismatches)}::text::jsonb,
      ${status})
    on conflict (id) do nothing`;
  if (status === 'failed') {
    tx.log.error({ checkId: id, mismatches }, 'the ledger does not agree with itself');
    await append(tx, `ledger-check-${id}`, 'any', [
      { type: 'ledger.check.failed', data: { checkId: id, mismatches: mismatches.length } },
    ]);
  }
  return { status };
}

async function countBooks(tx: TxCtx): Promise<{ entries: number; accounts: number }> {
  const [row] = await tx.sql<{ entries: number; accounts: number }[]>`
    select (select count(*) from journal_entries) as entries, (select count(*) from accounts) as accounts`;
  return row ?? { entries: 0, accounts: 0 };
}

async function trialDifference(tx: TxCtx): Promise<Array<{ currency: string; difference: number }>> {
  return tx.sql<Array<{ currency: string; difference: number }>>`
    select a.currency, sum(b.posted_debits - b.posted_credits)::bigint as difference
    from account_balances b join accounts a on a.id = b.account_id
    group by a.currency having sum(b.posted_debits - b.posted_credits) <> 0`;
}

async function unbalancedEntries(tx: TxCtx): Promise<Mismatch[]> {
  const rows = await tx.sql<Array<{ id: string; debits: number; credits: number }>>`
    select entry_id as id, coalesce(sum(amount) filter (where direction = 'debit'), 0)::bigint as debits,
      coalesce(sum(amount) filter (where direction = 'credit'), 0)::bigint as credits
    from postings group by entry_id
    having sum(case direction when 'debit' then amount else -amount end) <> 0
    limit ${shown}`;
  return rows.map(({ id, debits, credits }) => ({
    kind: 'entry',
    id,
    message: `debits of ${debits}, credits of ${credits}`,
  }));
}

async function wrongBalances(tx: TxCtx): Promise<Mismatch[]> {
  const rows = await tx.sql<Array<{ id: string; kept: string; counted: string }>>`
    with posted as (
      select account_id, sum(amount) filter (where direction = 'debit') as debits,
        sum(amount) filter (where direction = 'credit') as credits
      from postings where not pending group by account_id
    ), held as (
      select p.account_id, sum(amount) filter (where direction = 'debit') as debits,
        sum(amount) filter (where direction = 'credit') as credits
      from postings p
      where p.pending and not exists (select from journal_entries r where r.resolves = p.entry_id) group by p.account_id
    ), kept as (
      select account_id, sum(posted_debits) as a, sum(posted_credits) as b, sum(pending_debits) as c,
        sum(pending_credits) as d
      from account_balances group by account_id
    )
    select accounts.number as id, format('%s %s %s %s', k.a, k.b, k.c, k.d) as kept,
      format('%s %s %s %s', coalesce(p.debits, 0), coalesce(p.credits, 0), coalesce(h.debits, 0), coalesce(h.credits, 0))
        as counted
    from kept k join accounts on accounts.id = k.account_id
    left join posted p on p.account_id = k.account_id left join held h on h.account_id = k.account_id
    where (k.a, k.b, k.c, k.d) is distinct from
      (coalesce(p.debits, 0), coalesce(p.credits, 0), coalesce(h.debits, 0), coalesce(h.credits, 0))
    limit ${shown}`;
  return rows.map(({ id, kept, counted }) => ({
    kind: 'balance',
    id,
    message: `kept ${kept}, counted ${counted} (debits, credits, held debits, held credits)`,
  }));
}

async function brokenLimits(tx: TxCtx): Promise<Mismatch[]> {
  const rows = await tx.sql<Array<{ id: string; below: number }>>`
    select number as id, below from (
      select a.number, a.overdraft_limit + case when a.class in ('asset', 'expense')
        then b.posted_debits - b.posted_credits - b.pending_credits
        else b.posted_credits - b.posted_debits - b.pending_debits end as below
      from accounts a join account_balances b on b.account_id = a.id where a.limited
    ) as limits where below < 0 limit ${shown}`;
  return rows.map(({ id, below }) => ({ kind: 'limit', id, message: `${-below} below its limit` }));
}
