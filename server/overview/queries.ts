import { type Ctx, requirePermission } from '#server/context/context.ts';
import { countToday, eventSeries, visibleDelay } from '#server/events/flow.ts';
import { listSubscriptions } from '#server/events/queries.ts';
import { breakerState } from '#server/integrations/breaker.ts';
import { type FlowStatus, flowStatuses } from '#server/integrations/queries.ts';
import { openHelpRequests } from '#server/members/queries/help.ts';
import { waitingAtGateway } from '#server/payments/queries/today.ts';
import { groupDeadLetters } from '#server/queue/queries.ts';
import { moneyOverview } from './money.ts';
import type { ConsoleOverview } from './shapes.ts';

/** Not computed more often than this, however many look at it: what is given may be as old. */
export const overviewEveryMs = 1_000;
/** The last hour is counted row by row, and by the minute. */
const hourEveryMs = 5_000;
/** Takings and what is wrong with money walk over days of payments. */
const moneyEveryMs = 5_000;

/** What the console's first page shows: what needs a person, what flows, whether anything is behind. */
export function overview(ctx: Ctx): Promise<ConsoleOverview> {
  requirePermission(ctx, 'console:open');
  return ctx.app.cache.read('overview', { ttlMs: overviewEveryMs }, () => compute(ctx));
}

async function compute(ctx: Ctx): Promise<ConsoleOverview> {
  const [causes, subscriptions, systems, help, hour, today, money] = await Promise.all([
    groupDeadLetters(ctx),
    listSubscriptions(ctx),
    flows(ctx),
    openHelpRequests(ctx),
    ctx.app.cache.read('overview:hour', { ttlMs: hourEveryMs }, () => lastHour(ctx)),
    countsOfToday(ctx),
    ctx.app.cache.read('overview:money', { ttlMs: moneyEveryMs }, () => moneyOverview(ctx)),
  ]);
  const needy = new Set(['failing', 'stuck', 'paused']);
  return {
    needs: {
      deadLetters: {
        open: causes.reduce((sum, cause) => sum + cause.letters, 0),
        waiting: causes.reduce((sum, cause) => sum + cause.waiting, 0),
        kinds: causes.length,
        causes: causes.slice(0, 5).map(({ fingerprint, queue, error, letters, only, oldestAt }) => ({
          fingerprint,
          queue,
          error,
          count: letters,
          only,
          oldestAt,
        })),
      },
      pausedFlows: systems
        .filter((flow) => flow.state === 'paused')
        .map((flow) => ({
          name: flow.system,
          reason: flow.lastError,
          changedAt: flow.since ?? ctx.now().toISOString(),
        })),
      subscriptions: subscriptions
        .filter((one) => needy.has(one.status))
        .map(({ name, status, lag }) => ({ name, status, lag })),
      helpRequests: help,
      ...money.needs,
    },
    flow: {
      eventsPerSecond: Math.round(((hour.series.at(-1)?.events ?? 0) / 60) * 10) / 10,
      ...hour,
      systems: systems.map((flow) => withBreakerState(flow)),
    },
    today: { ...today, ...money.today },
    asOf: ctx.now().toISOString(),
  };
}

const flows = async (ctx: Ctx) =>
  flowStatuses(ctx, {
    gateway: await ctx.app.cache.read('overview:gateway', { ttlMs: moneyEveryMs }, () => waitingAtGateway(ctx.sql)),
  });

/** This process's own circuit breaker, where it calls the partner itself, can know of an outage first. */
const withBreakerState = (flow: FlowStatus): FlowStatus =>
  flow.state !== 'paused' && breakerState(flow.system) === 'open' ? { ...flow, state: 'stopped' } : flow;

async function lastHour(ctx: Ctx): Promise<Pick<ConsoleOverview['flow'], 'series' | 'visibleP95Ms' | 'visibleCount'>> {
  const [series, visible] = await Promise.all([eventSeries(ctx.sql), visibleDelay(ctx.sql)]);
  return { series, ...visible };
}

async function countsOfToday(
  ctx: Ctx,
): Promise<Pick<ConsoleOverview['today'], 'joined' | 'verified' | 'updated' | 'mails'>> {
  const counts = await countToday(ctx.sql, [
    'member.registered',
    'member.verified',
    'member.profile.updated',
    'email.sent',
  ]);
  const count = (type: string) => counts.get(type) ?? 0;
  return {
    joined: count('member.registered'),
    verified: count('member.verified'),
    updated: count('member.profile.updated'),
    mails: count('email.sent'),
  };
}
