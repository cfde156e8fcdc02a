import type { Queryable, TransactionSql } from '#db/client.ts';

export interface Shipment {
  id: string;
  number: string;
  orderId: string;
  status: 'created' | 'handed_over' | 'cancelled';
  createdAt: string;
  handedOverAt: string | null;
}

const columns = (sql: Queryable) => sql`
  s.id, s.number, s.order_id as "orderId", s.status, s.created_at as "createdAt", s.handed_over_at as "handedOverAt"`;

/** By their orders' ids. */
export async function findShipments(sql: Queryable, orderIds: readonly string[]): Promise<Map<string, Shipment>> {
  const rows = await sql<Shipment[]>`
    select ${columns(sql)} from shipments s where s.order_id = any(${[...orderIds]}::uuid[])`;
  return new Map(rows.map((row) => [row.orderId, row]));
}

export async function lockShipment(sql: TransactionSql, orderId: string): Promise<Shipment | null> {
  const [row] = await sql<Shipment[]>`
    select ${columns(sql)} from shipments s where s.order_id = ${orderId} for update`;
  return row ?? null;
}

/** What has left the house stays handed over. */
export const cancelShipment = (sql: TransactionSql, orderId: string) =>
  sql`update shipments set status = 'cancelled' where order_id = ${orderId} and status = 'created'`;
