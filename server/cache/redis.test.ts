import { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type App, createApp } from '#server/context/app.ts';
import { inTransaction } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { defineEvent } from '#server/events/define.ts';
import { sequenceAll, systemContext } from '#server/events/store.testing.ts';
import { sampleRoutes } from '#server/gateway/sample-routes.testing.ts';
import { startWeb, type Web } from '#server/web.ts';
import { testDatabase, testSettings } from '#test/database.ts';
import { redisInstalled, startRedis, type TestRedis } from '#test/redis.ts';

const touched = defineEvent({
  type: 'member.redis_test',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({ memberId: z.string() }),
});

const options = { ttlMs: 60_000, tags: ['redis-test'] };
const aKey = () => `member:${uuidv7()}`;

describe.skipIf(!redisInstalled())('with Redis', () => {
  const database = testDatabase();
  let redis: TestRedis;
  let client: Redis;
  let apps: [App, App];
  let webs: Web[];

  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url, { retryStrategy: () => 50 });
    client.on('error', () => {});
    const app = () =>
      createApp(
        testSettings({
          DATABASE_URL: database.url,
          REDIS_URL: redis.url,
          REQUESTS_PER_MINUTE: '40',
          TRUSTED_PROXIES: '127.0.0.1',
        }),
        'test',
      );
    apps = [app(), app()];
    webs = await Promise.all(apps.map((one) => startWeb(one, { port: 0, next: false, routes: sampleRoutes })));
    await shared();
  });
  afterAll(async () => {
    await Promise.all((webs ?? []).map((web) => web.close()));
    await Promise.all((apps ?? []).map((app) => app.close()));
    client?.disconnect();
    redis?.resume();
    await redis?.kill();
  });

  const read = (app: App, key: string, value: unknown) => app.cache.read(key, options, async () => value);

  /** What one has read comes to the other from Redis: both are connected and use it. */
  const shared = () =>
    vi.waitFor(
      async () => {
        for (const [from, to] of [apps, [apps[1], apps[0]]] as const) {
          const key = aKey();
          await read(from, key, 'kept');
          expect(await read(to, key, 'loaded')).toBe('kept');
        }
      },
      { timeout: 10_000, interval: 50 },
    );

  const request = async (web: Web | undefined, address: string) =>
    (await fetch(`${web?.url}/api/v1/samples/whoami`, { headers: { 'x-forwarded-for': address } })).status;

  it('does not get what is personal: each process keeps that to itself, and drops it when the other changes it', async () => {
    const key = aKey();
    const personal = { ...options, personal: true as const };
    const load = vi.fn(async () => ({ name: 'Quetzalina' }));
    const reads = () => Promise.all(apps.map((app) => app.cache.read(key, personal, load)));
    await reads();
    await reads();
    expect(load).toHaveBeenCalledTimes(2);
    const keys = await client.keys('*');
    const values = await Promise.all(
      keys.map((one) => client.dumpBuffer(one).then((value) => value?.toString() ?? '')),
    );
    expect(values.join(' ')).not.toContain('Quetzalina');
    await apps[0].cache.drop([key]);
    await apps[0].cache.read(key, personal, load);
    expect(load).toHaveBeenCalledTimes(3);
  });

  it('is the second level of the cache: one process reads what another loaded, frozen', async () => {
    const key = aKey();
    await read(apps[0], key, { list: [{ n: 1 }] });
    const value = (await read(apps[1], key, null)) as { list: { n: number }[] };
    expect(value).toEqual({ list: [{ n: 1 }] });
    expect(() => value.list.push({ n: 2 })).toThrow(TypeError);
  });

  it('holds nothing that an event made wrong, nor does any process', async () => {
    const memberId = uuidv7();
    const key = `member:${memberId}`;
    await read(apps[0], key, 'old');
    expect(await read(apps[1], key, 'new')).toBe('old');
    await inTransaction(systemContext(apps[0]), (tx) =>
      append(tx, `member-${memberId}`, 'new', [{ type: touched.type, data: { memberId } }]),
    );
    await sequenceAll(apps[0].database.sql);
    for (const app of apps) await expect.poll(() => read(app, key, 'new')).toBe('new');
  });

  it('counts requests over all processes', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 41; i += 1) statuses.push(await request(webs[i % 2], '198.51.100.7'));
    expect(statuses.filter((status) => status === 200)).toHaveLength(40);
    expect(statuses.at(-1)).toBe(429);
  });

  it('is cleared of the cache without the limits', async () => {
    await request(webs[0], '198.51.100.8');
    const key = aKey();
    await read(apps[0], key, 'old');
    const counters = () => client.keys('guildhall:requests:*');
    const before = await counters();
    expect(before.length).toBeGreaterThan(0);
    // Whoever may have missed something forgets everything.
    await apps[0].database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'guildhall-listen'`;
    await expect.poll(() => read(apps[1], key, 'new')).toBe('new');
    expect((await counters()).sort()).toEqual(before.sort());
    await shared();
  });

  it.each(['dies', 'stops answering'] as const)(
    'when Redis %s the system goes on without it, and with it again after',
    async (how) => {
      const key = aKey();
      await read(apps[0], key, 'old');
      expect(await read(apps[1], key, 'new')).toBe('old');
      const dump = await client.dump(`guildhall-cache:${key}`).catch(() => null);
      expect(dump).not.toBeNull();
      if (how === 'dies') await redis.kill();
      else redis.pause();
      const began = performance.now();
      const statuses = await Promise.all(
        Array.from({ length: 30 }, (_, i) => request(webs[i % 2], `198.51.${how.length}.${i}`)),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(performance.now() - began).toBeLessThan(4_000);
      // A change meanwhile, which Redis does not hear of.
      await Promise.all(apps.map((app) => app.cache.drop([key])));
      expect(await read(apps[0], key, 'changed')).toBe('changed');
      // Each process still has its memory, and limits still hold.
      expect(await read(apps[0], key, 'again')).toBe('changed');
      const more: number[] = [];
      for (let i = 0; i < 45; i += 1) more.push(await request(webs[0], `203.0.113.${how.length}`));
      expect(more.filter((status) => status === 429).length).toBe(5);
      if (how === 'dies') await redis.start();
      else redis.resume();
      await shared();
      for (const app of apps) expect(await read(app, key, 'changed')).toBe('changed');
    },
  );

  it('comes up and stops without it too', async () => {
    const alone = createApp(testSettings({ DATABASE_URL: database.url, REDIS_URL: 'redis://127.0.0.1:9' }), 'test');
    const web = await startWeb(alone, { port: 0, next: false, routes: sampleRoutes });
    expect(await request(web, '198.51.100.99')).toBe(200);
    await web.close();
    await alone.close();
  });
});
