import type { TxCtx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import type { OrderItem } from './record.ts';

/**
 * Stock can never be promised twice: every change is one conditional statement, and the table's own rule stands behind it.
 * Products are taken in the order of their ids, so that two orders cannot wait for each other.
 */
interface Wanted {
  productId: string;
  quantity: number;
  name: string;
}

function wantedOf(items: readonly OrderItem[]): Wanted[] {
  const byProduct = new Map<string, Wanted>();
  for (const { productId, quantity, name } of items) {
    if (productId === null) continue;
    const wanted = byProduct.get(productId) ?? { productId, quantity: 0, name };
    byProduct.set(productId, { ...wanted, quantity: wanted.quantity + quantity });
  }
  return [...byProduct.values()].sort((a, b) => (a.productId < b.productId ? -1 : 1));
}

/** Promises stock to an order that is about to be paid. @throws AppError `rule_violated` naming what there is too little of */
export async function holdStock(tx: TxCtx, orderId: string, items: readonly OrderItem[]): Promise<void> {
  for (const wanted of wantedOf(items)) {
    const taken = await take(tx, wanted);
    if (taken === 'unlimited') continue;
    if (taken === 'too_few') {
      throw ruleViolated(`There are not enough of “${wanted.name}” left.`, [
        { path: 'items', message: `not enough of “${wanted.name}” left` },
      ]);
    }
    await tx.sql`
      insert into stock_holds (order_id, product_id, quantity, status, updated_at)
      values (${orderId}, ${wanted.productId}, ${wanted.quantity}, 'held', ${tx.now().toISOString()})`;
  }
}

async function take(tx: TxCtx, { productId, quantity }: Wanted): Promise<'taken' | 'too_few' | 'unlimited'> {
  const taken = await tx.sql`
    update stock_levels set held = held + ${quantity}
    where product_id = ${productId} and on_hand - held - reserved >= ${quantity} returning 1`;
  if (taken.length > 0) return 'taken';
  const limited = await tx.sql`select 1 from stock_levels where product_id = ${productId}`;
  return limited.length > 0 ? 'too_few' : 'unlimited';
}

interface Hold {
  productId: string;
  quantity: number;
  status: 'held' | 'reserved' | 'shipped' | 'released';
  /** Is not in the order's parcel. */
  digital: boolean;
}

const lockHolds = (tx: TxCtx, orderId: string) =>
  tx.sql<Hold[]>`
    select h.product_id as "productId", h.quantity, h.status,
      not exists (select from order_items i where i.order_id = h.order_id and i.product_id = h.product_id and not i.digital) as digital
    from stock_holds h where h.order_id = ${orderId} order by h.product_id for update`;

const mark = (tx: TxCtx, orderId: string, productId: string, status: Hold['status']) =>
  tx.sql`
    update stock_holds set status = ${status}, updated_at = ${tx.now().toISOString()}
    where order_id = ${orderId} and product_id = ${productId}`;

/** A paid order's stock. What was held is its own; what was let go meanwhile is taken again, if there is any. */
export async function reserveStock(tx: TxCtx, orderId: string): Promise<'reserved' | 'too_few'> {
  for (const { productId, quantity, status } of await lockHolds(tx, orderId)) {
    if (status === 'reserved' || status === 'shipped') continue;
    if (status === 'released' && (await take(tx, { productId, quantity, name: '' })) !== 'taken') return 'too_few';
    await tx.sql`
      update stock_levels set held = held - ${quantity}, reserved = reserved + ${quantity} where product_id = ${productId}`;
    await mark(tx, orderId, productId, 'reserved');
  }
  return 'reserved';
}

/** Gives back whatever an order still has: not what has left the house in its parcel. */
export async function releaseStock(tx: TxCtx, orderId: string): Promise<void> {
  const gone = await tx.sql`select 1 from shipments where order_id = ${orderId} and status = 'handed_over'`;
  for (const { productId, quantity, status, digital } of await lockHolds(tx, orderId)) {
    if (status === 'released' || (status === 'shipped' && gone.length > 0 && !digital)) continue;
    await tx.sql`
      update stock_levels set
        held = held - ${status === 'held' ? quantity : 0},
        reserved = reserved - ${status === 'reserved' ? quantity : 0},
        on_hand = on_hand + ${status === 'shipped' ? quantity : 0}
      where product_id = ${productId}`;
    await mark(tx, orderId, productId, 'released');
  }
}

/** What goes out of the door is not on hand any more. */
export async function shipStock(tx: TxCtx, orderId: string): Promise<void> {
  for (const { productId, quantity, status } of await lockHolds(tx, orderId)) {
    if (status !== 'reserved') continue;
    await tx.sql`
      update stock_levels set reserved = reserved - ${quantity}, on_hand = on_hand - ${quantity} where product_id = ${productId}`;
    await mark(tx, orderId, productId, 'shipped');
  }
}
