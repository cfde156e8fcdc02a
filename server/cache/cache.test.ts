import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { inTransaction } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { defineEvent } from '#server/events/define.ts';
import { sequenceAll, systemContext } from '#server/events/store.testing.ts';
import { testAppOn } from '#server/gateway/web.testing.ts';
import { followEventStore } from '#server/live/tail.ts';
import { testApp } from '#test/database.ts';
import { readCached } from './read-cached.ts';

const touched = defineEvent({
  type: 'member.cache_test',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({ memberId: z.string() }),
});

const here = testApp();
const there = testAppOn(here.database);
const options = { ttlMs: 60_000, tags: ['tag'] };
const aKey = () => `member:${uuidv7()}`;

/** Reads twice until the second comes from memory: the cache works once the process hears of changes. */
async function ready(app: typeof here.current) {
  await vi.waitFor(async () => {
    const load = vi.fn(async () => 1);
    const key = aKey();
    await app.cache.read(key, options, load);
    await app.cache.read(key, options, load);
    expect(load).toHaveBeenCalledTimes(1);
  });
}
beforeAll(async () => {
  for (const app of [here, there]) followEventStore(app.current);
  await Promise.all([ready(here.current), ready(there.current)]);
});

function held<T>() {
  const { promise, resolve } = Promise.withResolvers<T>();
  return { promise, resolve };
}

describe('cache', () => {
  it('loads once however many ask, and keeps null too', async () => {
    const load = vi.fn(async () => null);
    const key = aKey();
    const asked = Array.from({ length: 20 }, () => here.current.cache.read(key, options, load));
    expect(new Set(await Promise.all(asked))).toEqual(new Set([null]));
    await here.current.cache.read(key, options, load);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('does not keep a failure', async () => {
    const key = aKey();
    const load = vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue('here');
    await expect(here.current.cache.read(key, options, load)).rejects.toThrow('away');
    expect(await here.current.cache.read(key, options, load)).toBe('here');
  });

  it('does not keep what was loaded before a drop', async () => {
    for (const drop of [(key: string) => here.current.cache.drop([key]), () => here.current.cache.dropTags(['tag'])]) {
      const key = aKey();
      const old = held<string>();
      const load = vi.fn(() => old.promise);
      const first = here.current.cache.read(key, options, load);
      await vi.waitFor(() => expect(load).toHaveBeenCalled());
      await drop(key);
      expect(await here.current.cache.read(key, options, async () => 'new')).toBe('new');
      old.resolve('old');
      expect(await first).toBe('old');
      expect(await here.current.cache.read(key, options, async () => 'newest')).not.toBe('old');
    }
  });

  it('drops by tag', async () => {
    const key = aKey();
    await here.current.cache.read(key, { ttlMs: 60_000, tags: ['red'] }, async () => 1);
    await here.current.cache.dropTags(['blue']);
    expect(await here.current.cache.read(key, options, async () => 2)).toBe(1);
    await here.current.cache.dropTags(['red']);
    expect(await here.current.cache.read(key, options, async () => 3)).toBe(3);
  });

  it('hands out values that nobody can change for the others', async () => {
    const key = aKey();
    const value = await here.current.cache.read(key, options, async () => ({ list: [{ n: 1 }] }));
    expect(() => {
      value.list[0] = { n: 2 };
    }).toThrow(TypeError);
  });

  it('hears in one process of what another wrote', async () => {
    const memberId = uuidv7();
    const key = `member:${memberId}`;
    const read = (value: string) => there.current.cache.read(key, options, async () => value);
    expect(await read('old')).toBe('old');
    expect(await read('new')).toBe('old');
    await inTransaction(systemContext(here.current), (tx) =>
      append(tx, `member-${memberId}`, 'new', [{ type: touched.type, data: { memberId } }]),
    );
    await sequenceAll(here.current.database.sql);
    await expect.poll(() => read('new')).toBe('new');
  });

  it('is passed by while changes are not heard, and empty afterwards', async () => {
    const key = aKey();
    const read = (value: string) => there.current.cache.read(key, options, async () => value);
    await read('old');
    const connected = vi.spyOn(there.current.listener, 'connected', 'get').mockReturnValue(false);
    expect(await read('new')).toBe('new');
    connected.mockRestore();
    // The real connection is cut: reconnecting forgets everything.
    await here.current.database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'guildhall-listen'`;
    await expect.poll(() => read('newest')).not.toBe('old');
    await Promise.all([ready(here.current), ready(there.current)]);
    expect(await read('last')).not.toBe('old');
  });

  it('is passed by inside a transaction', async () => {
    const key = aKey();
    const ctx = systemContext(here.current);
    const one = (sql: typeof ctx.sql) =>
      sql<{ n: number }[]>`select count(*)::int as n from streams where stream = ${key}`;
    expect((await readCached(ctx, key, options, one))[0]?.n).toBe(0);
    const seen = await inTransaction(ctx, async (tx) => {
      await tx.sql`insert into streams (stream, version) values (${key}, 1)`;
      return (await readCached(tx, key, options, one))[0]?.n;
    });
    expect(seen).toBe(1);
    expect((await readCached(ctx, key, options, one))[0]?.n).toBe(0);
  });
});
