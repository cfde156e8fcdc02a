import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { revokeConsent } from '../commands/consents.ts';
import { isRefusal, problemReply } from '../oauth/answer.ts';
import { authorize, decide } from '../oauth/authorize.ts';
import { issueTokens } from '../oauth/token.ts';
import { listConsents } from '../queries/consents.ts';
import {
  authorizeQuery,
  clientParams,
  consentDecision,
  consentList,
  nothing,
  oauthProblem,
  redirection,
  tokenAnswer,
  tokenRequest,
} from '../shapes.ts';

const noStore = { 'cache-control': 'no-store' };

export const oauthRoutes: AnyRoute[] = [
  route({
    method: 'post',
    path: '/oauth/token',
    outsideVersion: true,
    summary: 'Access tokens for machines and the mobile app (RFC 6749)',
    tag: 'access',
    permission: 'public',
    body: tokenRequest,
    bodyType: 'form',
    response: { status: 200, schema: z.union([tokenAnswer, oauthProblem]) },
    handle: async (ctx, { body, authorization }) => {
      const answer = await issueTokens(ctx, body, authorization);
      return isRefusal(answer) ? problemReply(ctx, answer) : { body: answer, headers: noStore };
    },
  }),
  route({
    method: 'get',
    path: '/oauth/authorize',
    outsideVersion: true,
    summary:
      'Sends the browser to the page where a person lets an app act for them (code with PKCE, S256), or to sign in',
    tag: 'access',
    permission: 'public',
    query: authorizeQuery,
    response: { status: 200, schema: redirection },
    handle: async (ctx, { query }) => {
      const body = await authorize(ctx, query);
      return { status: 302, body, headers: { location: body.redirectTo, ...noStore } };
    },
  }),
  route({
    method: 'get',
    path: '/consents',
    summary: 'The apps that the caller lets act for them',
    tag: 'access',
    permission: ['self'],
    response: { status: 200, schema: consentList },
    handle: async (ctx) => ({ body: { data: await listConsents(ctx), nextCursor: null } }),
  }),
  route({
    method: 'post',
    path: '/consents',
    summary:
      'A person’s answer to an app that asks: gives where to send the browser, with a code or with access_denied',
    tag: 'access',
    permission: ['self'],
    body: consentDecision,
    // The answer holds the code.
    idempotent: { secret: () => true },
    response: { status: 200, schema: redirection },
    handle: async (ctx, { body: { decision, ...request } }) => ({ body: await decide(ctx, request, decision) }),
  }),
  route({
    method: 'delete',
    path: '/consents/{id}',
    summary: 'Takes an app’s permission back: everything it has ends at once',
    tag: 'access',
    permission: ['self'],
    params: clientParams,
    response: { status: 204, schema: nothing },
    handle: async (ctx, { params }) => {
      await revokeConsent(ctx, params.id);
      return { body: null };
    },
  }),
];
