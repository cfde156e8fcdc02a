import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams, reason } from '#server/gateway/shapes.ts';
import { callOffPayment, recordCalledOff } from './commands/call-off.ts';
import { handOverShipment } from './commands/hand-over.ts';
import { getOrder, listOrders, revealAddress } from './queries/orders.ts';
import { getProduct, listProducts } from './queries/products.ts';
import {
  orderList,
  ordersQuery,
  orderView,
  productList,
  productsQuery,
  productView,
  revealedAddress,
} from './shapes.ts';

const tag = 'Orders';
const selfOrStaff = ['self', 'orders:read'] as const;

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/products',
    summary: 'What is sold, with prices and what is left',
    tag,
    permission: 'public',
    query: productsQuery,
    response: { status: 200, schema: productList },
    handle: async (ctx, { query }) => ({ body: await listProducts(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/products/{id}',
    summary: 'One product',
    tag,
    permission: 'public',
    params: idParams,
    response: { status: 200, schema: productView },
    handle: async (ctx, { params }) => ({ body: await getProduct(ctx, params.id) }),
  }),
  route({
    method: 'get',
    path: '/orders',
    summary: 'My orders, newest first; for staff anybody’s',
    tag,
    permission: selfOrStaff,
    query: ordersQuery,
    response: { status: 200, schema: orderList },
    handle: async (ctx, { query }) => ({ body: await listOrders(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/orders/{id}',
    summary: 'One order: what, how far it has got, and what the payer has to do',
    tag,
    permission: selfOrStaff,
    params: idParams,
    response: { status: 200, schema: orderView },
    handle: async (ctx, { params }) => ({ body: await getOrder(ctx, params.id) }),
  }),
  route({
    method: 'post',
    path: '/orders/{id}/cancel',
    summary: 'Call an order off while its bank still asks',
    tag,
    permission: ['self'],
    params: idParams,
    idempotent: true,
    response: { status: 202, schema: orderView },
    prepare: (ctx, { params }) => callOffPayment(ctx, params.id),
    handle: async (ctx, { params, prepared }) => {
      await recordCalledOff(ctx, params.id, prepared);
      return { body: await getOrder(ctx, params.id) };
    },
  }),
  route({
    method: 'post',
    path: '/orders/{id}/shipments/handed-over',
    summary: 'The parcel has left the house',
    tag,
    permission: ['orders:manage'],
    params: idParams,
    idempotent: true,
    response: { status: 200, schema: orderView },
    handle: async (ctx, { params }) => {
      await handOverShipment(ctx, params.id);
      return { body: await getOrder(ctx, params.id) };
    },
  }),
  route({
    method: 'post',
    path: '/orders/{id}/reveals',
    summary: 'Where a parcel goes to, in the clear; logged',
    tag,
    permission: ['members:reveal'],
    params: idParams,
    body: z.strictObject({ reason }),
    response: { status: 200, schema: revealedAddress },
    handle: async (ctx, { params, body }) => ({
      body: { shippingAddress: await revealAddress(ctx, params.id, body.reason) },
    }),
  }),
];
