import type { PaymentChoice } from '#db/schema/orders.ts';
import { writeAudit } from '#server/audit/commands.ts';
import { resolvePaymentMethod } from '#server/cards/queries/resolve.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { AppError, ruleViolated } from '#server/errors/errors.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import { memberStatusOf } from '#server/members/queries/status.ts';
import type { Address } from '#server/members/shapes.ts';
import { placeOrder } from '#server/orders/commands/place.ts';
import { isBarred } from '#server/orders/rules.ts';
import { buyerOf, getCart } from './queries.ts';
import { type Quote, quote } from './quote.ts';
import type { CartView, OrderInput, QuoteProblem, WantedItem } from './shapes.ts';

/**
 * Puts aside what somebody wants to buy, in place of what was there. `ifMatch` is the version of the cart that the caller
 * saw, or null. @throws AppError `rule_violated` for what there is not, `precondition_failed` when another device was first
 */
export async function putCart(ctx: Ctx, items: readonly WantedItem[], ifMatch: string | null): Promise<CartView> {
  const memberId = buyerOf(ctx);
  return inTransaction(ctx, async (tx) => {
    await lockCart(tx, memberId);
    if (ifMatch !== null && ifMatch !== cartVersion(await getCart(tx))) {
      throw new AppError('precondition_failed', 'Your cart was changed on another device. Look at it again.');
    }
    const { problems } = await quote(tx, memberId, items);
    refuse(problems.filter(({ code }) => code === 'unknown'));
    await writeCart(tx, memberId, items);
    await writeAudit(tx, {
      action: 'cart.change',
      resourceType: 'cart',
      resourceId: memberId,
      subjectId: memberId,
      after: { items: items.length },
    });
    return getCart(tx);
  });
}

/** The validator of a cart. */
export const cartVersion = ({ updatedAt }: CartView) => (updatedAt === null ? '0' : String(Date.parse(updatedAt)));

/** There may be no row to lock yet. */
const lockCart = (tx: TxCtx, memberId: string) =>
  tx.sql`select pg_advisory_xact_lock(hashtextextended(${`cart:${memberId}`}, 0))`;

const writeCart = (tx: TxCtx, memberId: string, items: readonly WantedItem[]) =>
  tx.sql`
    insert into carts (member_id, items, updated_at)
    values (${memberId}, ${JSON.stringify(items)}::text::jsonb, ${tx.now().toISOString()})
    on conflict (member_id) do update set items = excluded.items, updated_at = excluded.updated_at`;

/** What was bought need not be bought any more. */
export async function takeFromCart(tx: TxCtx, memberId: string, bought: readonly WantedItem[]): Promise<void> {
  await lockCart(tx, memberId);
  const [row] = await tx.sql<{ items: WantedItem[] }[]>`select items from carts where member_id = ${memberId}`;
  if (!row) return;
  const left = row.items.flatMap((item) => {
    const taken = bought.find((one) => one.productId === item.productId && one.planId === item.planId);
    const quantity = item.quantity - (taken?.quantity ?? 0);
    return quantity > 0 ? [{ ...item, quantity }] : [];
  });
  await writeCart(tx, memberId, left);
}

/**
 * Orders what is wanted, at the price of this moment. Gives the order's id; the saga does the rest.
 * @throws AppError `rule_violated` with a path and a reason for whatever cannot be bought, sent or paid with
 */
export async function orderItems(ctx: Ctx, input: OrderInput): Promise<string> {
  const memberId = buyerOf(ctx);
  return inTransaction(ctx, async (tx) => {
    const status = await memberStatusOf(tx, memberId);
    if (status === null || isBarred(status)) {
      throw ruleViolated('Your membership does not allow orders at the moment. Please ask for help.');
    }
    const { lines, priced, problems } = await quote(tx, memberId, input.items);
    refuse(problems);
    refuseAnotherPrice(input.total, priced);
    const order = await placeOrder(tx, {
      memberId,
      origin: 'checkout',
      lines,
      payment: await paymentOf(tx, memberId, input, priced?.total ?? 0),
      shippingAddress: input.shippingAddress && wholeAddress(input.shippingAddress),
    });
    return order.id;
  });
}

/** A price version, a proration at midnight or an old tab: nobody pays more than the button said. */
function refuseAnotherPrice(shown: OrderInput['total'], priced: Quote['priced']): void {
  if (!shown || !priced || (shown.amount === priced.total && shown.currency === priced.currency)) return;
  throw ruleViolated('The price has changed since you saw it. Nothing was ordered; look at the total again.', [
    { path: 'total', message: `is now ${priced.total} ${priced.currency} in minor units` },
  ]);
}

const wholeAddress = (address: Address): JsonObject => ({
  ...address,
  line2: address.line2 ?? null,
  region: address.region ?? null,
});

async function paymentOf(tx: TxCtx, memberId: string, input: OrderInput, total: number): Promise<PaymentChoice> {
  // Nothing to pay: no card is asked for, and no invoice will be waited for.
  if (total === 0) return { kind: 'invoice' };
  if (input.paymentMethod === undefined) {
    throw ruleViolated('Say how you want to pay.', [{ path: 'paymentMethod', message: 'is needed' }]);
  }
  const card = await resolvePaymentMethod(tx, memberId, input.paymentMethod);
  return { kind: 'card', ...card, save: input.saveCard ?? false, offSession: false };
}

function refuse(problems: readonly QuoteProblem[]): void {
  const [first] = problems;
  if (!first) return;
  const errors = problems.map(({ item, message }) => ({ path: `items.${item}`, message }));
  throw ruleViolated(problems.length === 1 ? first.message : 'Some of it cannot be bought like this.', errors);
}
