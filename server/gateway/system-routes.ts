import { z } from 'zod';
import manifest from '#package.json' with { type: 'json' };
import { docsPage, docsPolicy } from './docs-page.ts';
import { openApiOf } from './openapi.ts';
import { readinessOf } from './readiness.ts';
import { type AnyRoute, route, text } from './route.ts';

const tag = 'System';

/** `all` gives every route, these included; asked for at the first request. */
export function systemRoutes(all: () => readonly AnyRoute[]): AnyRoute[] {
  const openApi = onceOnly(() => openApiOf(all(), manifest.version));
  const docs = onceOnly(() => docsPage(openApi()));
  return [
    route({
      method: 'get',
      path: '/health',
      outsideVersion: true,
      probe: true,
      summary: 'Whether the process lives',
      tag,
      permission: 'public',
      response: {
        status: 200,
        schema: z.strictObject({ status: z.enum(['ok']), version: z.string(), uptimeSeconds: z.int() }),
      },
      handle: async () => ({
        body: { status: 'ok' as const, version: manifest.version, uptimeSeconds: Math.floor(process.uptime()) },
      }),
    }),
    route({
      method: 'get',
      path: '/ready',
      outsideVersion: true,
      probe: true,
      summary: 'Whether requests can be served: each check by name; 503 when one fails',
      tag,
      permission: 'public',
      response: {
        status: 200,
        schema: z.strictObject({
          status: z.enum(['ready', 'not_ready']),
          checks: z.array(z.strictObject({ name: z.enum(['database', 'migrations', 'listener']), ok: z.boolean() })),
        }),
      },
      handle: async (ctx) => {
        const checks = await readinessOf(ctx.app);
        if (checks.every((check) => check.ok)) return { body: { status: 'ready' as const, checks } };
        return { status: 503, headers: { 'retry-after': '2' }, body: { status: 'not_ready' as const, checks } };
      },
    }),
    text({
      path: '/metrics',
      outsideVersion: true,
      summary: 'Metrics of this process, Prometheus text',
      tag,
      permission: ['status:read'],
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      handle: async (ctx) => ({ body: await ctx.app.metrics.registry.metrics() }),
    }),
    text({
      path: '/openapi.json',
      outsideVersion: true,
      summary: 'This API as OpenAPI 3.1',
      tag,
      permission: 'public',
      contentType: 'application/json',
      handle: async () => ({ body: JSON.stringify(openApi()) }),
    }),
    text({
      path: '/docs',
      outsideVersion: true,
      summary: 'This API as a page',
      tag,
      permission: 'public',
      contentType: 'text/html; charset=utf-8',
      handle: async () => ({ body: docs(), headers: { 'content-security-policy': docsPolicy } }),
    }),
  ];
}

function onceOnly<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
