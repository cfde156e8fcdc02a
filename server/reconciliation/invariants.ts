import type { TxCtx } from '#server/context/context.ts';
import { recordDiscrepancy, resolveUnseen } from './commands.ts';
import type { Break, Invariant } from './invariants/invariant.ts';
import { ledgerInvariants } from './invariants/ledger.ts';
import { membershipInvariants } from './invariants/memberships.ts';
import { orderInvariants } from './invariants/orders.ts';
import { paymentInvariants } from './invariants/payments.ts';

/** What must be true of money, whatever crashed in between. */
const invariants: readonly Invariant[] = [
  ...paymentInvariants,
  ...orderInvariants,
  ...membershipInvariants,
  ...ledgerInvariants,
];

/** How long something may be under way before it counts as broken. */
const settleMs = 2 * 60_000;
/** More than this of one kind is one cause, not a thousand things to look at. */
const atMost = 1_000;

/**
 * Looks whether all of it is true. What is not becomes a discrepancy, once; what has come right again is closed by itself.
 * Gives how many there are of each kind.
 */
export async function checkInvariants(tx: TxCtx): Promise<Record<string, number>> {
  const begun = tx.now();
  const settled = new Date(begun.getTime() - settleMs).toISOString();
  const counts: Record<string, number> = {};
  // Everything is compared with everything: in memory, for 200,000 members in a few seconds.
  await tx.sql`set local work_mem = '64MB'`;
  for (const { kind, severity, find } of invariants) {
    // Materialized: with the limit in sight the planner looks each row up by itself, in the hope of finding many.
    const broken = await tx.sql<Break[]>`
      with broken as materialized (${find(tx, settled)}) select * from broken limit ${atMost}`;
    for (const { key, amount, currency, ...ids } of broken) {
      const stake = amount !== null && currency !== null ? { amount, currency } : null;
      await recordDiscrepancy(tx, { kind, key, severity, ...ids, amount: stake, detail: {} });
    }
    // Cut off, nobody knows what has come right.
    if (broken.length < atMost) await resolveUnseen(tx, kind, begun);
    counts[kind] = broken.length;
  }
  return counts;
}
