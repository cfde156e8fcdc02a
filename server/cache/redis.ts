import { Redis } from 'ioredis';
import type { Logger } from '#server/telemetry/log.ts';

/** Redis is near, or it is no help: whoever waits longer is better served without it. */
const patienceMs = 500;

/**
 * A connection to Redis, made again by itself for as long as the process lives. While it is away commands fail at once
 * instead of waiting for it; one that does not answer in time counts as away. Said once when it goes, and when it is back.
 */
export function connectRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: patienceMs,
    socketTimeout: patienceMs,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
  });
  let away = false;
  redis.on('error', (error) => {
    if (!away) log.warn({ err: error }, 'Redis is away: going on without it');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info('Redis is back');
    away = false;
  });
  return redis;
}
