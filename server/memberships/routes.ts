import { inTransaction } from '#server/context/context.ts';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { idParams, listOf } from '#server/gateway/shapes.ts';
import { changePlan, previewChange } from './commands/change.ts';
import { lookAtLinkPayment, showRenewalLink, spendRenewalLink } from './commands/links.ts';
import { cancel, setAutoRenewal, undoCancel } from './commands/manage.ts';
import { setPlanPrice } from './commands/prices.ts';
import { renew } from './commands/renew.ts';
import { getMembership, listMemberships, viewOf } from './queries/memberships.ts';
import { listPlans } from './queries/plans.ts';
import {
  autoRenewalBody,
  cancelBody,
  changeBody,
  changeQuery,
  changeView,
  linkParams,
  membershipList,
  membershipsQuery,
  membershipView,
  placedOrder,
  plan,
  priceBody,
  priceView,
  renewalBody,
  renewalLinkView,
  spendBody,
} from './shapes.ts';

const tag = 'Memberships';
const selfOrStaff = ['self', 'memberships:read'] as const;

/** Whoever has the link may look as often as they like; guessing one is hopeless, and noisy. */
const guesses = { name: 'renewal-links', points: () => 120, windowSeconds: 600 };

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/plans',
    summary: 'The plans that can be joined, with their prices',
    tag,
    permission: 'public',
    response: { status: 200, schema: listOf(plan) },
    handle: async (ctx) => ({ body: { data: await listPlans(ctx), nextCursor: null } }),
  }),
  route({
    method: 'post',
    path: '/plans/{id}/prices',
    summary: 'A new price of a plan, from a day on that is far enough ahead',
    tag,
    permission: ['plans:manage'],
    params: idParams,
    body: priceBody,
    idempotent: true,
    response: { status: 201, schema: priceView },
    handle: async (ctx, { params, body }) => ({ body: await setPlanPrice(ctx, params.id, body) }),
  }),
  route({
    method: 'get',
    path: '/memberships',
    summary: 'My memberships, or a member’s for staff: the one of now first',
    tag,
    permission: selfOrStaff,
    query: membershipsQuery,
    response: { status: 200, schema: membershipList },
    handle: async (ctx, { query }) => ({ body: await listMemberships(ctx, query) }),
  }),
  route({
    method: 'get',
    path: '/memberships/{id}',
    summary: 'A membership: its days, what follows, and what it will cost',
    tag,
    permission: selfOrStaff,
    params: idParams,
    response: { status: 200, schema: membershipView },
    handle: async (ctx, { params }) => ({ body: await getMembership(ctx, params.id) }),
  }),
  route({
    method: 'post',
    path: '/memberships/{id}/renewals',
    summary: 'Pay for the next period now',
    tag,
    permission: selfOrStaff,
    params: idParams,
    body: renewalBody,
    idempotent: true,
    response: { status: 202, schema: placedOrder },
    handle: async (ctx, { params, body }) => ({ body: await renew(ctx, params.id, body) }),
  }),
  route({
    method: 'post',
    path: '/memberships/{id}/changes',
    summary:
      'Another plan: at once for the difference when it costs more, else at the end. `preview=true` only says what it would be',
    tag,
    permission: selfOrStaff,
    params: idParams,
    query: changeQuery,
    body: changeBody,
    idempotent: true,
    response: { status: 200, schema: changeView },
    handle: async (ctx, { params, query, body }) => {
      if (query.preview === 'true') return { body: await previewChange(ctx, params.id, body.planId) };
      const change = await changePlan(ctx, params.id, body);
      return { body: change, status: change.order ? 202 : 200 };
    },
  }),
  route({
    method: 'put',
    path: '/memberships/{id}/auto-renewal',
    summary: 'Renew by itself with the card that is kept for it, or not',
    tag,
    permission: selfOrStaff,
    params: idParams,
    body: autoRenewalBody,
    response: { status: 200, schema: membershipView },
    handle: async (ctx, { params, body }) => ({
      body: await viewOf(ctx, await setAutoRenewal(ctx, params.id, body.on)),
    }),
  }),
  route({
    method: 'post',
    path: '/memberships/{id}/cancel',
    summary: 'End it when what is paid for is used',
    tag,
    permission: selfOrStaff,
    params: idParams,
    body: cancelBody,
    idempotent: true,
    response: { status: 200, schema: membershipView },
    handle: async (ctx, { params, body }) => ({ body: await viewOf(ctx, await cancel(ctx, params.id, body.reason)) }),
  }),
  route({
    method: 'post',
    path: '/memberships/{id}/undo-cancel',
    summary: 'Stay after all',
    tag,
    permission: selfOrStaff,
    params: idParams,
    idempotent: true,
    response: { status: 200, schema: membershipView },
    handle: async (ctx, { params }) => ({ body: await viewOf(ctx, await undoCancel(ctx, params.id)) }),
  }),
  route({
    method: 'get',
    path: '/renewals/{token}',
    summary: 'What a link from a mail renews. Opening it changes nothing',
    tag,
    permission: 'public',
    params: linkParams,
    response: { status: 200, schema: renewalLinkView },
    handle: async (ctx, { params }) => ({
      body: await showRenewalLink(ctx, params.token),
      // Neither kept by caches, nor handed on to the next page.
      headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
    }),
  }),
  route({
    method: 'post',
    path: '/renewals/{token}',
    summary: 'Renew by a link from a mail: no password, for that renewal only',
    tag,
    permission: 'public',
    params: linkParams,
    body: spendBody,
    idempotent: true,
    limit: guesses,
    response: { status: 202, schema: renewalLinkView },
    handle: async (ctx, { params, body }) => {
      await spendRenewalLink(ctx, params.token, body.paymentMethod);
      return { body: await showRenewalLink(ctx, params.token) };
    },
  }),
  route({
    method: 'post',
    path: '/renewals/{token}/confirmations',
    summary: 'The bank has been asked: what became of the payment',
    tag,
    permission: 'public',
    params: linkParams,
    idempotent: true,
    limit: { ...guesses, name: 'renewal-link-looks', points: () => 600 },
    response: { status: 200, schema: renewalLinkView },
    prepare: (ctx, { params }) => lookAtLinkPayment(ctx, params.token),
    handle: async (ctx, { params, prepared }) => {
      if (prepared) await inTransaction(ctx, prepared);
      return { body: await showRenewalLink(ctx, params.token) };
    },
  }),
];
