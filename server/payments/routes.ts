import { z } from 'zod';
import { resolvePaymentMethod } from '#server/cards/queries/resolve.ts';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams } from '#server/gateway/shapes.ts';
import { confirmPayment } from './commands/confirm.ts';
import { recordRefundSent, refundByStaff } from './commands/refund.ts';
import { payByMember } from './commands/start.ts';
import { takeWebhook } from './commands/webhook.ts';
import { listDisputes } from './queries/disputes.ts';
import {
  getPayment,
  listPayments,
  listRefunds,
  paymentSettings,
  paymentViewOf,
  refundViewOf,
} from './queries/payments.ts';
import {
  disputeList,
  disputesQuery,
  paymentBody,
  paymentList,
  paymentsQuery,
  paymentView,
  refundBody,
  refundList,
  refundView,
  settingsView,
} from './shapes.ts';

const tag = 'Payments';
const selfOrStaff = ['self', 'payments:read'] as const;
const webhookBytes = 1024 * 1024;

export const routes: AnyRoute[] = [
  route({
    method: 'post',
    path: '/webhooks/stripe',
    summary: 'What the payment service tells, signed. Taken at once, acted upon later',
    tag,
    permission: 'public',
    bodyType: 'raw',
    signatureHeader: 'stripe-signature',
    body: z.string(),
    maxBytes: webhookBytes,
    // It tells several things of each payment, and thousands are made in a night.
    ownLimit: true,
    limit: { name: 'webhooks', points: () => 60_000, windowSeconds: 60 },
    response: { status: 200, schema: z.strictObject({ received: z.literal(true) }) },
    handle: async (ctx, { body, signature }) => {
      await takeWebhook(ctx, body, signature);
      return { body: { received: true as const } };
    },
  }),
  route({
    method: 'get',
    path: '/payment-settings',
    summary: 'What a page needs to take a card',
    tag,
    permission: ['self'],
    response: { status: 200, schema: settingsView },
    handle: async (ctx) => ({ body: paymentSettings(ctx) }),
  }),
  route({
    method: 'post',
    path: '/payments',
    summary: 'Put money on one’s account, or give it. The card is charged afterwards',
    tag,
    permission: ['self'],
    idempotent: true,
    // Whoever tries stolen numbers tries many.
    limit: { name: 'payments', points: () => 120, windowSeconds: 3_600 },
    body: paymentBody,
    response: { status: 202, schema: paymentView },
    handle: async (ctx, { body }) => {
      const { paymentMethod, saveCard, ...rest } = body;
      const payment = await payByMember(ctx, {
        ...rest,
        card: async (tx, memberId) => ({
          ...(await resolvePaymentMethod(tx, memberId, paymentMethod)),
          save: saveCard ?? false,
        }),
      });
      return { body: await paymentViewOf(ctx, payment) };
    },
  }),
  route({
    method: 'get',
    path: '/payments',
    summary:
      'My payments, newest first; for staff anybody’s, by amount, last digits, number or the payment service’s id',
    tag,
    permission: selfOrStaff,
    query: paymentsQuery,
    response: { status: 200, schema: paymentList },
    handle: async (ctx, { query }) => ({ body: await listPayments(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/payments/{id}',
    summary: 'One payment, and what its payer has to do',
    tag,
    permission: selfOrStaff,
    params: idParams,
    response: { status: 200, schema: paymentView },
    handle: async (ctx, { params }) => ({ body: await getPayment(ctx, params.id) }),
  }),
  route({
    method: 'post',
    path: '/payments/{id}/confirmations',
    summary: 'The payer is back from the bank: how far the payment has got',
    tag,
    permission: ['self'],
    params: idParams,
    idempotent: true,
    response: { status: 200, schema: paymentView },
    prepare: async (ctx, { params }) => paymentViewOf(ctx, await confirmPayment(ctx, params.id)),
    handle: async (_ctx, { prepared }) => ({ body: prepared }),
  }),
  route({
    method: 'get',
    path: '/payments/{id}/refunds',
    summary: 'What of a payment goes or has gone back',
    tag,
    permission: selfOrStaff,
    params: idParams,
    response: { status: 200, schema: refundList },
    handle: async (ctx, { params }) => ({ body: await listRefunds(ctx, params.id) }),
  }),
  route({
    method: 'post',
    path: '/payments/{id}/refunds',
    summary: 'Give money back, in full or in part. Each call means another refund, unless it carries the same key',
    tag,
    permission: ['payments:refund'],
    params: idParams,
    idempotent: true,
    body: refundBody,
    response: { status: 202, schema: refundView },
    handle: async (ctx, { params, body }) => ({
      body: refundViewOf(await refundByStaff(ctx, { paymentId: params.id, ...body }), body.reason),
    }),
  }),
  route({
    method: 'post',
    path: '/refunds/{id}/sent',
    summary: 'What did not come by card was sent back by bank',
    tag,
    permission: ['payments:record'],
    params: idParams,
    idempotent: true,
    response: { status: 200, schema: refundView },
    handle: async (ctx, { params }) => ({ body: refundViewOf(await recordRefundSent(ctx, params.id), null) }),
  }),
  route({
    method: 'get',
    path: '/disputes',
    summary: 'Payments that banks take back on their card holders’ word',
    tag,
    permission: ['payments:read'],
    query: disputesQuery,
    response: { status: 200, schema: disputeList },
    handle: async (ctx, { query }) => ({ body: await listDisputes(ctx, query) }),
  }),
];
