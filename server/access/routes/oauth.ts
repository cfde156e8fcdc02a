import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { isRefusal, problemReply } from '../oauth/answer.ts';
import { authorize } from '../oauth/authorize.ts';
import { issueTokens } from '../oauth/token.ts';
import { authorizeQuery, oauthProblem, redirection, tokenAnswer, tokenRequest } from '../shapes.ts';

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
    summary: 'Sends the browser back to the app with a code (PKCE, S256), or to the sign-in page first',
    tag: 'access',
    permission: 'public',
    query: authorizeQuery,
    response: { status: 200, schema: redirection },
    handle: async (ctx, { query }) => {
      const body = await authorize(ctx, query);
      return { status: 302, body, headers: { location: body.redirectTo, ...noStore } };
    },
  }),
];
