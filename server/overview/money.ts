import type { Ctx } from '#server/context/context.ts';
import { waitingLoans } from '#server/loans/queries/waiting.ts';
import { countOrders } from '#server/orders/queries/today.ts';
import { failedRefunds, takings } from '#server/payments/queries/today.ts';
import { openDiscrepancies } from '#server/reconciliation/queries.ts';
import { stuckSagas } from '#server/sagas/stuck.ts';
import type { ConsoleOverview } from './shapes.ts';

/** How many of each are given one by one; the counts are of all. */
const mostParts = 5;

export interface MoneyOverview {
  needs: Pick<ConsoleOverview['needs'], 'stuckSagas' | 'failedRefunds' | 'discrepancies' | 'loans'>;
  today: Pick<ConsoleOverview['today'], 'takings' | 'takingsWeekAgo' | 'givenBack' | 'orders' | 'ordersInFlight'>;
}

export async function moneyOverview({ sql }: Ctx): Promise<MoneyOverview> {
  const [stuck, refunds, discrepancies, loans, taken, orders] = await Promise.all([
    stuckSagas(sql, mostParts),
    failedRefunds(sql, mostParts),
    openDiscrepancies(sql, mostParts),
    waitingLoans(sql),
    takings(sql),
    countOrders(sql),
  ]);
  return { needs: { stuckSagas: stuck, failedRefunds: refunds, discrepancies, loans }, today: { ...taken, ...orders } };
}
