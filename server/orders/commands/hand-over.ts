import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn, requirePermission } from '#server/context/context.ts';
import { AppError, ruleViolated } from '#server/errors/errors.ts';
import { lockPayment, paymentOfOrder } from '#server/payments/queries/records.ts';
import { advanceOrder } from '../news.ts';
import { lockOrder } from '../record.ts';
import { mayHandOver } from '../rules.ts';
import { lockShipment } from '../shipments.ts';

/**
 * The parcel has left the house. Saying it again changes nothing.
 * @throws AppError `not_found`, `forbidden` for one's own order, `rule_violated` when nothing waits to be sent
 */
export async function handOverShipment(ctx: Ctx, orderId: string): Promise<void> {
  requirePermission(ctx, 'orders:manage');
  await inTransaction(ctx, async (tx) => {
    const order = await lockOrder(tx.sql, orderId);
    if (isOwn(tx, order.memberId)) {
      throw new AppError('forbidden', 'Nobody decides on their own record. Ask a colleague.');
    }
    const shipment = await lockShipment(tx.sql, orderId);
    if (shipment?.status === 'handed_over') return;
    const paidBy = await paymentOfOrder(tx.sql, orderId);
    // Whoever gives the money back at this moment waits, or is seen here.
    const payment = paidBy && (await lockPayment(tx.sql, paidBy.id));
    if (!shipment || !mayHandOver(order, shipment, payment)) throw ruleViolated('Nothing of this order is to be sent.');
    await tx.sql`
      update shipments set status = 'handed_over', handed_over_at = ${tx.now().toISOString()} where id = ${shipment.id}`;
    await advanceOrder(tx, order, {}, [{ type: 'shipment.handed_over', data: { shipmentId: shipment.id } }]);
    await writeAudit(tx, {
      action: 'shipment.hand-over',
      resourceType: 'order',
      resourceId: orderId,
      subjectId: order.memberId,
      after: { shipment: shipment.number },
    });
  });
}
