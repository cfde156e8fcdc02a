import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { permissions } from '#server/access/permissions.ts';
import { testApp } from '#test/database.ts';
import { endpointsOf } from './endpoints.ts';
import { openApiOf } from './openapi.ts';
import { type AnyRoute, fullPath, route } from './route.ts';
import { routes } from './routes.ts';
import { rawHttp, testWeb } from './web.testing.ts';

const app = testApp();
const server = testWeb(app);
const name = (one: AnyRoute) => `${one.method.toUpperCase()} ${fullPath(one)}`;

/** Open to everyone on purpose. A route that is not in here needs a permission. */
const open = [
  'GET /api/health',
  'GET /api/ready',
  'GET /api/openapi.json',
  'GET /api/docs',
  'GET /api/v1/plans',
  'GET /api/v1/products',
  'GET /api/v1/products/{id}',
  'GET /api/v1/loan-products',
  'GET /api/v1/loan-products/{id}/quotes',
  'POST /api/v1/members',
  'POST /api/v1/members/email-verifications',
  'POST /api/v1/members/email-verifications/resend',
  'POST /api/v1/passwords/reset-requests',
  'POST /api/v1/passwords/resets',
  'POST /api/v1/webhooks/stripe',
  'GET /api/v1/renewals/{token}',
  'POST /api/v1/renewals/{token}',
  'POST /api/v1/renewals/{token}/confirmations',
  'GET /api/oauth/authorize',
  'POST /api/oauth/token',
];

/** Open single records: what anybody may see, or what only whoever has the secret in the path can ask for. */
const openSingles = [
  '/renewals/{token}',
  '/renewals/{token}/confirmations',
  '/products/{id}',
  '/loan-products/{id}/quotes',
];

/** Single resources that need no id: the caller's own. */
const ownSingles = ['/cart'];

/** POSTs that neither create nor move anything, or that have rules of their own (RFC 6749). */
const repeatable = [
  'POST /api/oauth/token',
  'POST /api/v1/members/{id}/reveals',
  'POST /api/v1/users/{id}/reveals',
  'POST /api/v1/loans/{id}/reveals',
  'POST /api/v1/orders/{id}/reveals',
  'POST /api/v1/cart/quote',
  // Each event has an id of its own, and is taken once.
  'POST /api/v1/webhooks/stripe',
];

/** What is wrong with how a route is declared. */
function complaints(one: AnyRoute): string[] {
  const found: string[] = [];
  const declared: unknown = one.permission;
  if (declared === 'public') {
    if (!open.includes(name(one))) found.push('is open to everyone and not on the list');
    if (one.path.includes('{') && !openSingles.includes(one.path)) found.push('gives out single records to everyone');
  } else if (!Array.isArray(declared) || declared.length === 0) found.push('declares no permission');
  else if (declared.some((permission) => !permissions.includes(permission)))
    found.push('declares an unknown permission');
  const inPath = [...one.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const parsed = one.params instanceof z.ZodObject ? Object.keys(one.params.shape) : [];
  if (inPath.join() !== parsed.join()) found.push(`parses ${parsed.join()} of a path with ${inPath.join()}`);
  if (one.probe && declared !== 'public') found.push('is a probe that needs a permission');
  if (one.kind === 'json' && one.idempotent && one.method !== 'post') found.push('is idempotent without being a POST');
  if (one.kind === 'json' && one.method === 'post' && !one.idempotent && !repeatable.includes(name(one)))
    found.push('takes no Idempotency-Key');
  if (
    one.kind === 'json' &&
    one.etag &&
    one.method === 'get' &&
    !one.path.includes('{') &&
    !ownSingles.includes(one.path)
  )
    found.push('has an ETag but is no single resource');
  return found;
}

describe('declared routes', () => {
  it('are declared soundly, each with its permission', () => {
    expect(routes.map((one) => [name(one), complaints(one)]).filter(([, found]) => found?.length)).toEqual([]);
  });

  it('would be caught otherwise', () => {
    const declare = (path: string, permission: unknown) =>
      route({
        method: 'get',
        path,
        summary: '',
        tag: '',
        permission: permission as 'public',
        response: { status: 200, schema: z.unknown() },
        handle: async () => ({ body: null }),
      });
    for (const permission of ['public', undefined, [], ['no:such']]) {
      expect(complaints(declare('/secrets', permission))).not.toEqual([]);
    }
    expect(complaints(declare('/secrets/{id}', ['self']))).toEqual(['parses  of a path with id']);
    expect(() => endpointsOf([...routes, ...routes.slice(0, 1)])).toThrow('declared twice');
  });

  it('lists no open route that is not there', () => {
    expect(open.filter((one) => !routes.some((declared) => name(declared) === one))).toEqual([]);
  });

  it('are all reached under their own name, and refuse nobody in particular', async () => {
    for (const one of routes) {
      const path = fullPath(one).replace(/\{\w+\}/g, '019a0000-0000-7000-8000-000000000000');
      const answer = await rawHttp(server.url, { method: one.method.toUpperCase(), path });
      expect([name(one), answer.status]).not.toEqual([name(one), 405]);
      expect(answer.headers['x-correlation-id'], name(one)).toBeDefined();
      if (one.permission !== 'public') expect([name(one), answer.status]).toEqual([name(one), 401]);
      const options = await rawHttp(server.url, { method: 'OPTIONS', path });
      expect([name(one), options.status]).toEqual([name(one), 204]);
      expect(options.headers.allow?.split(', ')).toContain(one.method.toUpperCase());
    }
  });

  it('are all described, with unique operation ids', () => {
    const api = openApiOf(routes, '1.0.0');
    const operations = Object.values(api.paths).flatMap((methods) => Object.values(methods));
    expect(operations).toHaveLength(routes.length);
    expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(routes.length);
  });
});
