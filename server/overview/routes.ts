import { z } from 'zod';
import { type AnyRoute, route } from '#server/gateway/route.ts';
import { timestamp } from '#server/gateway/shapes.ts';
import { overview } from './queries.ts';

const cause = z.strictObject({
  fingerprint: z.string(),
  queue: z.string(),
  error: z.string(),
  count: z.int(),
  oldestAt: timestamp,
});

const system = z.strictObject({
  system: z.enum(['legacy', 'crm', 'mail', 'gateway']),
  state: z.enum(['flowing', 'idle', 'failing', 'paused', 'stopped']),
  perMinute: z.number(),
  p95Ms: z.number().nullable(),
  waiting: z.int(),
  lastError: z.string().nullable(),
  since: timestamp.nullable(),
});

const view = z.strictObject({
  needs: z.strictObject({
    deadLetters: z.strictObject({ open: z.int(), causes: z.array(cause) }),
    pausedFlows: z.array(z.strictObject({ name: z.string(), reason: z.string().nullable(), changedAt: timestamp })),
    subscriptions: z.array(z.strictObject({ name: z.string(), status: z.string(), lag: z.int() })),
    helpRequests: z.strictObject({ open: z.int(), oldestAt: timestamp.nullable() }),
  }),
  flow: z.strictObject({
    eventsPerSecond: z.number(),
    series: z.array(z.strictObject({ at: timestamp, events: z.int() })),
    visibleP95Ms: z.number().nullable(),
    systems: z.array(system),
  }),
  today: z.strictObject({ joined: z.int(), verified: z.int(), updated: z.int(), mails: z.int() }),
  asOf: timestamp,
});

export const routes: AnyRoute[] = [
  route({
    method: 'get',
    path: '/overview',
    summary: 'What needs a person now, what flows, whether anything is behind',
    tag: 'Console',
    permission: ['console:open'],
    response: { status: 200, schema: view },
    handle: async (ctx) => ({ body: await overview(ctx) }),
  }),
];
