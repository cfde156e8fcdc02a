import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { testApp } from '#test/database.ts';
import { sweepIdempotencyKeys } from './idempotency.ts';
import { routes } from './routes.ts';
import { sampleRoutes, seen } from './sample-routes.testing.ts';
import { testAppOn, testWeb } from './web.testing.ts';

const app = testApp();
const server = testWeb(app, sampleRoutes);
/** Another process, as far as one can be had in one: an App of its own on the same database. */
const otherApp = testAppOn(app.database);
const other = testWeb(otherApp, sampleRoutes);

beforeAll(() => app.current.database.sql`create table notes (id serial primary key, text text not null)`);
beforeEach(async () => {
  seen.inserted = 0;
  await app.current.database.sql`truncate notes`;
});

let sequence = 0;
const aKey = () => {
  sequence += 1;
  return `key-${sequence}`;
};
const send = (key: string | null, text: string, options: { url?: string; cookie?: string } = {}) =>
  post('/samples/notes', key, text, options);
const post = (path: string, key: string | null, text: string, options: { url?: string; cookie?: string } = {}) =>
  fetch(`${options.url ?? server.url}/api/v1${path}`, {
    method: 'POST',
    body: JSON.stringify({ text }),
    headers: {
      'content-type': 'application/json',
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...(options.cookie ? { cookie: options.cookie } : {}),
    },
  });
const notes = async () => (await app.current.database.sql`select id from notes`).length;
const keys = () => app.current.database.sql<{ key: string; body_hmac: string; answer_sealed: string | null }[]>`
  select key, body_hmac, answer_sealed from idempotency_keys`;

describe('Idempotency-Key', () => {
  it('gives the first answer again: status, body, etag, headers', async () => {
    const key = aKey();
    const first = await send(key, 'hello');
    const again = await send(key, 'hello');
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.json()).toEqual(await first.json());
    for (const name of ['etag', 'location']) expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect([first, again].map((answer) => answer.headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(again.headers.get('x-correlation-id')).not.toBe(first.headers.get('x-correlation-id'));
    expect([await notes(), seen.inserted]).toEqual([1, 1]);
  });

  it('stores neither key, body nor answer in the clear', async () => {
    await send('my-own-key', 'a secret text');
    const stored = JSON.stringify(await keys());
    for (const clear of ['my-own-key', 'a secret text', '"id"']) expect(stored).not.toContain(clear);
  });

  it('refuses the key with another body, and keys that are none', async () => {
    const key = aKey();
    await send(key, 'hello');
    expect((await send(key, 'other')).status).toBe(422);
    expect((await send('x'.repeat(256), 'hello')).status).toBe(400);
    expect(await notes()).toBe(1);
  });

  it('keeps one caller apart from another', async () => {
    const key = aKey();
    const [one, two] = [await aSignedInUser(app.current), await aSignedInUser(app.current)];
    await Promise.all([send(key, 'hello'), send(key, 'hello', one), send(key, 'hello', two)]);
    expect(await notes()).toBe(3);
  });

  it('makes one of many at once, in one process and in two', async () => {
    const key = aKey();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => send(key, 'hello', { url: i % 2 ? server.url : other.url })),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect(await notes()).toBe(1);
  });

  it('waits for the first no longer than it says', async () => {
    const { sql } = app.current.database;
    const key = aKey();
    const lock = await sql.reserve();
    await lock`select pg_advisory_lock(4711)`;
    const first = send(key, 'slow');
    await expect.poll(() => seen.inserted).toBe(1);
    const others = await Promise.all([send(key, 'slow'), send(key, 'slow', { url: other.url })]);
    for (const one of others) expect([one.status, one.headers.get('retry-after')]).toEqual([409, '2']);
    await lock`select pg_advisory_unlock(4711)`;
    lock.release();
    expect((await first).status).toBe(201);
    expect((await send(key, 'slow')).headers.get('idempotency-replayed')).toBe('true');
    expect(await notes()).toBe(1);
  });

  it('keeps refusals, whose work is rolled back, and forgets failures', async () => {
    const refused = aKey();
    expect((await send(refused, 'refuse')).status).toBe(422);
    const again = await send(refused, 'refuse');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([422, 'true']);
    const broken = aKey();
    expect([(await send(broken, 'break')).status, (await send(broken, 'break')).status]).toEqual([500, 500]);
    expect([await notes(), seen.inserted]).toEqual([0, 3]);
  });

  it('forgets races that were lost: the next attempt may win', async () => {
    for (const text of ['race', 'deadlock']) {
      const key = aKey();
      const answers = [await send(key, text), await send(key, text)];
      expect(answers.map(({ status }) => status)).toEqual([409, 409]);
      expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, null]);
    }
    expect([await notes(), seen.inserted]).toEqual([0, 4]);
  });

  it('does not keep an answer that holds a secret, and says why', async () => {
    const key = aKey();
    const first = await post('/samples/secrets', key, 'hush-hush');
    expect([first.status, await first.json()]).toEqual([201, { secret: 'hush-hush' }]);
    const again = await post('/samples/secrets', key, 'hush-hush');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([409, 'true']);
    expect((await again.json()).detail).toContain('shown once');
    const open = aKey();
    await post('/samples/secrets', open, 'open');
    expect(await (await post('/samples/secrets', open, 'open')).json()).toEqual({ secret: null });
    expect(await notes()).toBe(2);
  });

  it('counts and prepares before the transaction, and neither for a replay', async () => {
    const key = aKey();
    for (let i = 0; i < 4; i += 1) {
      const answer = await post('/samples/prepared', key, 'ready');
      expect([answer.status, await answer.json()]).toEqual([200, { prepared: 'READY' }]);
    }
    expect((await post('/samples/prepared', null, 'ready')).status).toBe(200);
    expect((await post('/samples/prepared', aKey(), 'ready')).status).toBe(429);
    const unfit = aKey();
    const answers = [await post('/samples/prepared', unfit, 'unfit'), await post('/samples/prepared', unfit, 'unfit')];
    expect(answers.map(({ status }) => status)).toEqual([422, 422]);
    expect(answers[1]?.headers.get('idempotency-replayed')).toBe('true');
  });

  it('frees the key at once when the attempt is lost with its connection', async () => {
    const key = aKey();
    expect((await send(key, 'crash')).status).toBe(503);
    expect(await notes()).toBe(0);
    expect((await send(key, 'hello')).status).toBe(201);
  });

  it('forgets after a day', async () => {
    const { sql } = app.current.database;
    const key = aKey();
    await send(key, 'hello');
    await sql`update idempotency_keys set expires_at = now() - interval '1 second'`;
    expect((await send(key, 'other')).status).toBe(201);
    await sql`update idempotency_keys set expires_at = now() - interval '1 second'`;
    expect(await sweepIdempotencyKeys(sql)).toBeGreaterThan(0);
    expect(await keys()).toEqual([]);
  });

  it('runs the work in a transaction without a key, too', async () => {
    expect((await send(null, 'refuse')).status).toBe(422);
    expect(await notes()).toBe(0);
  });

  it('is told whom every answer that holds a member’s record is about', () => {
    const silent = routes.filter((one) => {
      if (one.kind !== 'json' || !one.idempotent) return false;
      const { schema } = one.response;
      const holdsRecord = schema instanceof z.ZodObject && 'givenName' in schema.shape;
      return holdsRecord && !(typeof one.idempotent === 'object' && one.idempotent.about);
    });
    expect(silent.map((one) => one.path)).toEqual([]);
  });
});
