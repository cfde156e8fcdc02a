import type { Redis } from 'ioredis';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import type { Sql } from '#db/client.ts';
import { connectRedis } from '#server/cache/redis.ts';
import type { Actor } from '#server/context/actor.ts';
import type { App } from '#server/context/app.ts';
import type { Ctx } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { addressGroup } from './address.ts';
import type { Limit } from './route.ts';

export interface Limits {
  /** The general limit. Per process, unless there is Redis. @throws AppError `too_many_requests` */
  countRequest(actor: Actor, address: string | null): Promise<void>;
  /** A route's own limit, over all processes. @throws AppError `too_many_requests` */
  countLimit(ctx: Ctx, limit: Limit, body: unknown): Promise<void>;
}

export function createLimits(app: App): Limits {
  const redis = app.settings.REDIS_URL ? openRedis(app, app.settings.REDIS_URL) : null;
  const general = generalLimiter(app.settings.REQUESTS_PER_MINUTE, redis);
  const own = new Map<string, RateLimiterAbstract>();

  function limiterOf(limit: Limit, points: number): RateLimiterAbstract {
    const name = `${limit.name}:${points}:${limit.windowSeconds}`;
    const limiter = own.get(name) ?? sharedLimiter(app.database.sql, redis, limit, points);
    own.set(name, limiter);
    return limiter;
  }

  return {
    countRequest: (actor, address) => consume(general, callerOf(actor, address)),
    async countLimit(ctx, limit, body) {
      const counted = limit.key ? `key:${limit.key(body)}` : `caller:${callerOf(ctx.actor, ctx.sourceAddress)}`;
      // Addresses and e-mails are not for a counter's table.
      await consume(limiterOf(limit, limit.points(ctx)), app.keyRing.blindIndex(`limit:${limit.name}`, counted));
    },
  };
}

function callerOf(actor: Actor, address: string | null): string {
  if (actor.kind === 'user') return `user:${actor.userId}`;
  if (actor.kind === 'client') return `client:${actor.clientId}`;
  return `address:${address === null ? 'unknown' : addressGroup(address)}`;
}

function openRedis(app: App, url: string): Redis {
  const redis = connectRedis(url, app.log);
  app.onClose(async () => redis.disconnect());
  return redis;
}

function generalLimiter(points: number, redis: Redis | null): RateLimiterAbstract {
  const options = { keyPrefix: 'guildhall:requests', points, duration: 60 };
  const memory = new RateLimiterMemory(options);
  // While Redis is away each process counts by itself: a limit that is too generous beats an API that is down.
  return redis ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: memory }) : memory;
}

function sharedLimiter(sql: Sql, redis: Redis | null, limit: Limit, points: number): RateLimiterAbstract {
  const options = { keyPrefix: `guildhall:${limit.name}`, points, duration: limit.windowSeconds };
  const postgres = new RateLimiterPostgres({
    ...options,
    storeClient: poolOf(sql),
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
  });
  return redis ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: postgres }) : postgres;
}

/** The part of `pg`'s pool that the limiter uses. */
const poolOf = (sql: Sql) => ({
  query: async (query: { text: string; values: (string | number)[] }) => ({
    rows: await sql.unsafe(query.text, query.values, { prepare: true }),
  }),
});

async function consume(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw new AppError('too_many_requests', 'That was too often. Please wait a little.', { retryAfterSeconds });
  }
}
