import { v7 as uuidv7 } from 'uuid';
import { writeAudit } from '#server/audit/commands.ts';
import type { TxCtx } from '#server/context/context.ts';
import type { GatewayDispute } from '#server/integrations/gateway/index.ts';
import { bookDispute } from '../books.ts';
import { tell } from '../news.ts';
import { lockPayment, type Payment, writePayment } from '../record.ts';

interface Dispute {
  id: string;
  withdrawn: boolean;
  reinstated: boolean;
  fee: number;
  closedAt: string | null;
}

const isClosed = (status: string) => status === 'won' || status === 'lost' || status === 'warning_closed';

/**
 * The one owner of a dispute: what the gateway says of it now, in any order and as often as it likes. The bank takes the
 * money when it opens one, and gives it back when it decides for us; the fee stays with the gateway. An inquiry takes nothing.
 */
export async function settleDispute(tx: TxCtx, paymentId: string, says: GatewayDispute): Promise<void> {
  const payment = await lockPayment(tx.sql, paymentId);
  const known = await findDispute(tx, says.disputeId);
  const dispute = known ?? (await open(tx, payment, says));
  // Nothing that is over opens again by old news.
  if (dispute.closedAt !== null) return;
  const withdrawn = dispute.withdrawn || says.fee !== null;
  const reinstated = withdrawn && says.status === 'won';
  const fee = says.fee ?? dispute.fee;
  await bookDispute(tx, payment, {
    id: dispute.id,
    amount: says.amount,
    withdraws: withdrawn && !dispute.withdrawn,
    reinstates: reinstated && !dispute.reinstated,
    fee,
    feeBefore: dispute.fee,
  });
  const now = tx.now().toISOString();
  await tx.sql`
    update disputes set status = ${says.status}, withdrawn = ${withdrawn}, reinstated = ${reinstated}, fee = ${fee},
      updated_at = ${now}, closed_at = ${isClosed(says.status) ? now : null}
    where id = ${dispute.id}`;
  const about = { disputeId: dispute.id, disputing: says.amount };
  const news = [
    ...(known ? [] : [{ type: 'payment.disputed', ...about, reason: says.reason } as const]),
    ...(isClosed(says.status) ? [{ type: 'payment.dispute_closed', ...about, outcome: says.status } as const] : []),
  ];
  await tell(tx, payment, news);
  await writePayment(tx.sql, payment, {}, tx.now(), news.length);
}

async function findDispute(tx: TxCtx, gatewayDisputeId: string): Promise<Dispute | null> {
  const [row] = await tx.sql<Dispute[]>`
    select id, withdrawn, reinstated, fee, closed_at as "closedAt" from disputes
    where gateway_dispute_id = ${gatewayDisputeId} for update`;
  return row ?? null;
}

async function open(tx: TxCtx, payment: Payment, says: GatewayDispute): Promise<Dispute> {
  const id = uuidv7();
  await tx.sql`
    insert into disputes (id, gateway_dispute_id, payment_id, amount, currency, reason, status, opened_at, updated_at)
    values (${id}, ${says.disputeId}, ${payment.id}, ${says.amount}, ${says.currency}, ${says.reason}, ${says.status},
      ${says.createdAt}, ${tx.now().toISOString()})`;
  await writeAudit(tx, {
    action: 'payment.dispute',
    resourceType: 'payment',
    resourceId: payment.id,
    subjectId: payment.memberId,
    after: { disputeId: id, amount: says.amount, currency: says.currency, reason: says.reason },
  });
  return { id, withdrawn: false, reinstated: false, fee: 0, closedAt: null };
}
