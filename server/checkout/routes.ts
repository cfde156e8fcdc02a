import { type AnyRoute, route } from '#server/gateway/route.ts';
import { getOrder } from '#server/orders/queries/orders.ts';
import { orderView } from '#server/orders/shapes.ts';
import { cartVersion, orderItems, putCart } from './commands.ts';
import { getCart, quoteItems } from './queries.ts';
import { cartBody, cartView, orderBody, quoteBody, quoteView } from './shapes.ts';

const tag = 'Checkout';

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/cart',
    summary: 'My cart, the same on every device',
    tag,
    permission: ['self'],
    etag: true,
    response: { status: 200, schema: cartView },
    handle: async (ctx) => {
      const cart = await getCart(ctx);
      return { body: cart, etag: cartVersion(cart) };
    },
  }),
  route({
    method: 'put',
    path: '/cart',
    summary: 'Put other things in my cart',
    tag,
    permission: ['self'],
    body: cartBody,
    etag: true,
    response: { status: 200, schema: cartView },
    handle: async (ctx, { body, ifMatch }) => {
      const cart = await putCart(ctx, body.items, ifMatch);
      return { body: cart, etag: cartVersion(cart) };
    },
  }),
  route({
    method: 'post',
    path: '/cart/quote',
    summary: 'What things cost now: lines, tax, what is in the way. Writes nothing',
    tag,
    permission: ['self'],
    body: quoteBody,
    response: { status: 200, schema: quoteView },
    handle: async (ctx, { body }) => ({ body: await quoteItems(ctx, body.items) }),
  }),
  route({
    method: 'post',
    path: '/orders',
    summary: 'Order and pay. The order is made in steps that can be followed',
    tag,
    permission: ['self'],
    body: orderBody,
    idempotent: true,
    // Whoever tries stolen numbers tries many.
    limit: {
      name: 'orders',
      points: (ctx) => (ctx.app.settings.GUILDHALL_MODE === 'demo' ? 100_000 : 100),
      windowSeconds: 3_600,
    },
    response: { status: 202, schema: orderView },
    handle: async (ctx, { body }) => ({ body: await getOrder(ctx, await orderItems(ctx, body)) }),
  }),
];
