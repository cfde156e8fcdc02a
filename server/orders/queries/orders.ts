import { requirePerson } from '#server/access/commands/sessions.ts';
import { recordListLook, recordLook, writeAudit } from '#server/audit/commands.ts';
import { type Ctx, can, inTransaction, isOwn, requirePermission } from '#server/context/context.ts';
import { maskAddressLine } from '#server/crypto/mask.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { AppError, notFound, notYours } from '#server/errors/errors.ts';
import { rfc3339 } from '#server/events/read.ts';
import { decodeCursor, encodeCursor } from '#server/gateway/cursor.ts';
import { fullName, memberLabelsOf } from '#server/members/queries/status.ts';
import type { Address } from '#server/members/shapes.ts';
import { type Payment, paymentOfOrder, refundedOfOrders } from '#server/payments/queries/records.ts';
import { stepsOf } from '#server/sagas/queries.ts';
import { findOrder, type Order, orderColumns, withTimes } from '../record.ts';
import { mayCallOff, mayHandOver } from '../rules.ts';
import '../saga.ts';
import type { OrderSummary, OrdersQuery, OrderView } from '../shapes.ts';
import { findShipments, type Shipment } from '../shipments.ts';
import { lineViewOf, taxLineViews } from './views.ts';

/** One's own order, or with `orders:read` anybody's: then the reading is audited. @throws AppError `not_found` */
export async function getOrder(ctx: Ctx, id: string): Promise<OrderView> {
  const order = await readableOrder(ctx, id);
  const payment = await paymentOfOrder(ctx.sql, id);
  const shipment = (await findShipments(ctx.sql, [id])).get(id) ?? null;
  const saga = await stepsOf(ctx, 'order', id);
  const action = order.status === 'requires_action' ? payment?.nextAction : null;
  const about = { shipment, refunded: payment?.refundedAmount ?? 0, members: await membersOf(ctx, [order]) };
  return {
    ...sharedOf(order, about),
    items: order.items.map((item) => lineViewOf(item, order)),
    taxLines: taxLineViews(order.taxLines, order.currency),
    shippingAddress: await addressOf(ctx, order),
    payment: payment && paymentView(payment),
    ...(action ? { nextAction: action } : {}),
    sagaId: can(ctx, 'sagas:read') ? saga.id : null,
    steps: saga.steps,
    actions: actionsOf(ctx, order, payment, shipment),
  };
}

async function readableOrder(ctx: Ctx, id: string): Promise<Order> {
  const order = await findOrder(ctx.sql, id);
  if (!order) throw notFound();
  if (isOwn(ctx, order.memberId) && can(ctx, 'self')) return order;
  if (!can(ctx, 'orders:read')) throw notYours();
  await recordLook(ctx, { resourceType: 'order', resourceId: id, part: 'order', subjectId: order.memberId });
  return order;
}

function actionsOf(ctx: Ctx, order: Order, payment: Payment | null, shipment: Shipment | null): OrderView['actions'] {
  if (isOwn(ctx, order.memberId)) return mayCallOff(order, payment) ? ['cancel'] : [];
  return can(ctx, 'orders:manage') && mayHandOver(order, shipment, payment) ? ['hand-over'] : [];
}

/** Newest first: one's own; with `orders:read` anybody's. @throws AppError `not_found` for somebody else's */
export async function listOrders(
  ctx: Ctx,
  query: OrdersQuery,
): Promise<{ data: OrderSummary[]; nextCursor: string | null }> {
  const memberId = whose(ctx, query.memberId);
  await recordListLook(ctx, { resourceType: 'order', part: 'orders', memberId });
  const { sql } = ctx;
  const [at, id] = query.cursor ? decodeCursor(query.cursor, ['timestamp', 'uuid']) : [];
  const rows = await sql<Order[]>`
    select ${orderColumns(sql)} from orders o
    where true
      ${memberId === undefined ? sql`` : sql`and o.member_id = ${memberId}`}
      ${query.status ? sql`and o.status = ${query.status}` : sql``}
      ${query.state === 'open' ? sql`and o.finished_at is null` : sql``}
      ${query.state === 'finished' ? sql`and o.finished_at is not null` : sql``}
      ${query.shipment ? sql`and exists (select from shipments s where s.order_id = o.id and s.status = ${query.shipment})` : sql``}
      ${query.number ? sql`and o.number = ${query.number.toUpperCase()}` : sql``}
      ${query.amount === undefined ? sql`` : sql`and o.total = ${query.amount}`}
      ${query.from ? sql`and o.created_at >= ${query.from}` : sql``}
      ${query.to ? sql`and o.created_at < ${query.to}` : sql``}
      ${at && id ? sql`and (o.created_at, o.id) < (${at}, ${id})` : sql``}
    order by o.created_at desc, o.id desc limit ${query.limit + 1}`;
  const page = rows.slice(0, query.limit).map(withTimes);
  const ids = page.map((order) => order.id);
  const shipments = await findShipments(sql, ids);
  const refunds = await refundedOfOrders(sql, ids);
  const members = await membersOf(ctx, page);
  const last = page.at(-1);
  return {
    data: page.map((order) => {
      const about = { shipment: shipments.get(order.id) ?? null, refunded: refunds.get(order.id) ?? 0, members };
      return { ...sharedOf(order, about), items: order.items.map(({ name, quantity }) => ({ name, quantity })) };
    }),
    nextCursor: rows.length > query.limit && last ? encodeCursor([last.createdAt, last.id]) : null,
  };
}

/** undefined: everybody's; null: nobody's. */
function whose(ctx: Ctx, asked: string | undefined): string | null | undefined {
  if (can(ctx, 'orders:read') && asked !== 'me') return asked;
  const { memberId } = requirePerson(ctx);
  if (asked !== undefined && asked !== 'me' && asked !== memberId) throw notYours();
  return memberId;
}

/** Where it goes to, in the clear and once: for whoever packs it. @throws AppError `forbidden`, `not_found` */
export async function revealAddress(ctx: Ctx, id: string, reason: string): Promise<Address | null> {
  requirePermission(ctx, 'members:reveal');
  return inTransaction(ctx, async (tx) => {
    const order = await findOrder(tx.sql, id);
    if (!order) throw notFound();
    if (isOwn(ctx, order.memberId)) throw new AppError('rule_violated', 'Your own address is not masked.');
    await writeAudit(tx, {
      action: 'order.reveal',
      resourceType: 'order',
      resourceId: id,
      subjectId: order.memberId,
      reason,
      after: { fields: ['shippingAddress'] },
    });
    return clearAddress(tx, order);
  });
}

async function addressOf(ctx: Ctx, order: Order): Promise<Address | null> {
  const address = await clearAddress(ctx, order);
  if (address === null || isOwn(ctx, order.memberId)) return address;
  return {
    ...address,
    line1: maskAddressLine(),
    line2: address.line2 ? maskAddressLine() : null,
    postalCode: maskAddressLine(),
  };
}

async function clearAddress(ctx: Ctx, order: Order): Promise<Address | null> {
  if (order.shippingAddressSealed === null) return null;
  const key = await ctx.app.dataKeys.find(ctx.sql, order.memberId);
  const text = openOrNull(key, 'shippingAddress', order.shippingAddressSealed);
  // Was checked against the address schema before it was sealed, and cannot have changed since.
  return text === null ? null : (JSON.parse(text) as Address);
}

type Members = Awaited<ReturnType<typeof memberLabelsOf>>;

/** Whose they are, for staff; to a member all are their own. */
const membersOf = async (ctx: Ctx, orders: readonly Order[]): Promise<Members> =>
  can(ctx, 'orders:read')
    ? memberLabelsOf(
        ctx,
        orders.map(({ memberId }) => memberId),
      )
    : new Map();

/** What is known of an order beside its row; `refunded` in minor units. */
interface About {
  shipment: Shipment | null;
  refunded: number;
  members: Members;
}

function sharedOf(order: Order, { shipment, refunded, members }: About): Omit<OrderSummary, 'items'> {
  const { id, number, memberId, status, origin, currency, ships, failureCode } = order;
  const member = members.get(memberId);
  return {
    ...{ id, number, memberId, status, origin, ships },
    memberNumber: member?.number ?? null,
    memberName: fullName(member?.name),
    total: { amount: order.total, currency },
    tax: { amount: order.tax, currency },
    refunded: { amount: refunded, currency },
    failure: failureCode === null ? null : { code: failureCode, message: order.failureMessage ?? '' },
    shipment: shipment && {
      id: shipment.id,
      number: shipment.number,
      status: shipment.status,
      createdAt: rfc3339(shipment.createdAt),
      handedOverAt: shipment.handedOverAt && rfc3339(shipment.handedOverAt),
    },
    createdAt: order.createdAt,
    updatedAt: order.updatedAt,
    finishedAt: order.finishedAt,
  };
}

function paymentView(payment: Payment): NonNullable<OrderView['payment']> {
  const { id, number, status, method, amount, refundedAmount, currency, cardBrand, cardLast4 } = payment;
  return {
    ...{ id, number, status, method },
    amount: { amount, currency },
    refundedAmount: { amount: refundedAmount, currency },
    card: cardBrand && cardLast4 ? { brand: cardBrand, last4: cardLast4 } : null,
  };
}
