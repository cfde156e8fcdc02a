import { connect } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it, vi } from 'vitest';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { endSessions } from '#server/access/commands/sessions.ts';
import { announce } from '#server/access/live.ts';
import { inTransaction } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { headPosition } from '#server/events/read.ts';
import { sequenceAll, systemContext, write } from '#server/events/store.testing.ts';
import { download } from '#server/gateway/route.ts';
import { routes } from '#server/gateway/routes.ts';
import { sampleRoutes } from '#server/gateway/sample-routes.testing.ts';
import { testAppOn, testWeb } from '#server/gateway/web.testing.ts';
import '#server/members/events.ts';
import '#server/notifications/events.ts';
import { startWeb } from '#server/web.ts';
import { testApp } from '#test/database.ts';

const app = testApp();
const nextPiece = Promise.withResolvers<void>();
const heldDownload = download({
  path: '/held.csv',
  summary: 'Goes on when told',
  tag: 'Samples',
  permission: ['members:read'],
  contentType: 'text/csv',
  open: async () => ({
    fileName: 'held.csv',
    chunks: (async function* () {
      yield 'first\n';
      await nextPiece.promise;
      yield 'second\n';
    })(),
  }),
});
const server = testWeb(app, [...routes, ...sampleRoutes, heldDownload]);
const elsewhere = testAppOn(app.database);
const sql = () => app.current.database.sql;

/** A stream of events, read as a browser does. */
async function open(path: string, cookie: string, headers: Record<string, string> = {}) {
  const controller = new AbortController();
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    headers: { cookie, ...headers },
    signal: controller.signal,
  });
  const events: { id: string; event: string; data: string }[] = [];
  const state = { ended: false, text: '' };
  const reading = (async () => {
    for await (const chunk of answer.body ?? []) {
      state.text += Buffer.from(chunk).toString();
      for (let end = state.text.indexOf('\n\n'); end !== -1; end = state.text.indexOf('\n\n')) {
        const fields = Object.fromEntries(
          state.text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        state.text = state.text.slice(end + 2);
        if (fields.data !== undefined && fields.event !== 'ping')
          events.push({ id: fields.id ?? '', event: fields.event ?? '', data: fields.data });
      }
    }
  })()
    .catch(() => {})
    .finally(() => {
      state.ended = true;
    });
  return {
    answer,
    events,
    state,
    close: async () => {
      controller.abort();
      await reading;
    },
  };
}

describe('GET /events/stream', () => {
  it('is for those who may read events', async () => {
    const member = await aSignedInUser(app.current);
    const stream = await open('/events/stream', member.cookie);
    expect(stream.answer.status).toBe(403);
    const staff = await aSignedInUser(app.current, { roles: ['staff'] });
    const bad = await open('/events/stream', staff.cookie, { 'last-event-id': 'x' });
    expect(bad.answer.status).toBe(400);
  });

  it('shows events as they come, and resumes without a gap or a double', async () => {
    const staff = await aSignedInUser(app.current, { roles: ['staff'] });
    const start = await headPosition(sql());
    const first = await open('/events/stream', staff.cookie);
    await write(app.current, 'live-1', 1, 2);
    await sequenceAll(sql());
    const own = (stream: typeof first) =>
      stream.events.map((event) => JSON.parse(event.data)).filter((event) => event.stream.startsWith('live-'));
    await expect.poll(() => own(first).map((event) => event.data.n)).toEqual([1, 2]);
    expect(first.events.map((event) => event.event)).toContain('event');
    const last = first.events.at(-1)?.id ?? '';
    await first.close();
    await write(app.current, 'live-1', 3);
    await sequenceAll(sql());
    const second = await open('/events/stream', staff.cookie, { 'last-event-id': last });
    await write(app.current, 'live-2', 4);
    await sequenceAll(sql());
    await expect.poll(() => own(second).map((event) => event.data.n)).toEqual([3, 4]);
    const whole = await open(`/events/stream?after=${start}&stream=live-2`, staff.cookie);
    await expect.poll(() => own(whole).map((event) => event.data.n)).toEqual([4]);
    await Promise.all([second.close(), whole.close()]);
  });

  it('loses and doubles nothing while many write and readers come and go', async () => {
    const staff = await aSignedInUser(app.current, { roles: ['staff'] });
    const start = await headPosition(sql());
    const ids: number[] = [];
    let last = String(start);
    let writing = true;
    const writer = (async () => {
      for (let n = 0; n < 60; n += 1) {
        await write(app.current, `churn-${n % 5}`, n);
        await sequenceAll(sql());
      }
      writing = false;
    })();
    const end = async () => headPosition(sql());
    while (writing || Number(last) < (await end())) {
      const stream = await open('/events/stream', staff.cookie, { 'last-event-id': last });
      const goal = await end();
      await expect
        .poll(() => Number(stream.events.at(-1)?.id ?? last), { timeout: 5_000 })
        .toBeGreaterThanOrEqual(goal);
      await stream.close();
      ids.push(...stream.events.map((event) => Number(event.id)));
      last = stream.events.at(-1)?.id ?? last;
    }
    await writer;
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => start + 1 + i));
    expect(ids.length).toBeGreaterThanOrEqual(60);
  });

  it('gives nothing again to a reader who is ahead of this process', async () => {
    const staff = await aSignedInUser(app.current, { roles: ['staff'] });
    await sequenceAll(sql());
    const ahead = String((await headPosition(sql())) + 1);
    const stream = await open('/events/stream', staff.cookie, { 'last-event-id': ahead });
    await write(app.current, 'ahead-1', 1, 2);
    await sequenceAll(sql());
    await expect.poll(() => stream.events.length).toBeGreaterThan(0);
    expect(stream.events.map((event) => event.id)).toEqual([String(Number(ahead) + 1)]);
    await stream.close();
  });

  it('brings one member’s events alone, live and when it is taken up again', async () => {
    const staff = await aSignedInUser(app.current, { roles: ['staff'] });
    const [ada, bob] = [uuidv7(), uuidv7()];
    const view = async (memberId: string, path: string) => {
      const data = { memberId, path };
      await inTransaction(systemContext(app.current), (tx) =>
        append(tx, `ext-portal-${path}`, 'any', [{ type: 'page.viewed', data }]),
      );
      await sequenceAll(sql());
    };
    const paths = (stream: Awaited<ReturnType<typeof open>>) =>
      stream.events.map((event) => JSON.parse(event.data).data.path);
    const first = await open(`/events/stream?memberId=${ada.toUpperCase()}`, staff.cookie);
    await view(bob, 'b1');
    await view(ada, 'a1');
    await expect.poll(() => paths(first)).toEqual(['a1']);
    await first.close();
    await view(ada, 'a2');
    await view(bob, 'b2');
    const second = await open(`/events/stream?memberId=${ada}`, staff.cookie, {
      'last-event-id': first.events[0]?.id ?? '',
    });
    await view(ada, 'a3');
    await expect.poll(() => paths(second)).toEqual(['a2', 'a3']);
    await second.close();
    const bad = await open('/events/stream?memberId=ada', staff.cookie);
    expect(bad.answer.status).toBe(400);
  });

  it('listens once, however many are connected', async () => {
    const staff = await aSignedInUser(app.current, { roles: ['staff'] });
    const streams = await Promise.all(Array.from({ length: 10 }, () => open('/events/stream', staff.cookie)));
    const [row] = await sql()<{ n: number }[]>`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name = 'guildhall-listen'`;
    expect(row?.n).toBe(1);
    await Promise.all(streams.map((stream) => stream.close()));
  });
});

describe('GET /notifications/stream', () => {
  it("brings a person's own notifications, and what came while they were away", async () => {
    const [ada, bob] = [await aSignedInUser(app.current), await aSignedInUser(app.current)];
    const notify = async (userId: string, title: string, minutesAgo = 0) => {
      const notificationId = uuidv7();
      await inTransaction(systemContext(app.current), async (tx) => {
        await tx.sql`
          insert into notifications (id, user_id, kind, title, body, created_at)
          values (${notificationId}, ${userId}, 'test', ${title}, '', now() - make_interval(mins => ${minutesAgo}))`;
        const data = { userId, notificationId, channel: 'in-app' };
        await append(tx, `notification-${notificationId}`, 'new', [{ type: 'notification.sent', data }]);
      });
      await sequenceAll(sql());
    };
    const titles = (stream: Awaited<ReturnType<typeof open>>) =>
      stream.events.map((event) => JSON.parse(event.data).title);
    const first = await open('/notifications/stream', ada.cookie);
    await notify(bob.id, 'for bob');
    await notify(ada.id, 'one');
    await expect.poll(() => titles(first)).toEqual(['one']);
    expect(first.events[0]?.event).toBe('notification');
    await first.close();
    await notify(ada.id, 'two');
    await notify(ada.id, 'of something an hour ago', 60);
    const second = await open('/notifications/stream', ada.cookie, { 'last-event-id': first.events[0]?.id ?? '' });
    await notify(ada.id, 'three');
    await expect.poll(() => titles(second)).toEqual(['two', 'of something an hour ago', 'three']);
    await second.close();
  });
});

describe('streams', () => {
  it('drop a reader who does not read, without holding what they miss', async () => {
    const { hostname, port } = new URL(server.url);
    const before = process.memoryUsage().rss;
    const socket = connect(Number(port), hostname);
    socket.pause();
    socket.write('GET /api/v1/samples/flood HTTP/1.1\r\nHost: a\r\n\r\n');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const clients = async () => (await app.current.metrics.liveClients.get()).values[0]?.value ?? 0;
    await expect.poll(clients).toBe(1);
    // Nothing is read until the server has given up; then what the kernel held comes, and the end.
    await vi.waitFor(async () => expect(await clients()).toBe(0), { timeout: 40_000, interval: 200 });
    socket.resume();
    await closed;
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  }, 60_000);

  it('end at once when the session ends or the permission goes, here or in another process', async () => {
    const [one, two, three, other] = await Promise.all(
      Array.from({ length: 4 }, () => aSignedInUser(app.current, { roles: ['staff'] })),
    );
    if (!one || !two || !three || !other) throw new Error('no users');
    const streams = await Promise.all([one, two, three, other].map(({ cookie }) => open('/events/stream', cookie)));
    expect(streams.map(({ answer }) => answer.status)).toEqual([200, 200, 200, 200]);
    const started = performance.now();
    await inTransaction(one.ctx, (tx) => endSessions(tx, [one.sessionId], 'signed-out'));
    await inTransaction(systemContext(elsewhere.current), (tx) => endSessions(tx, [two.sessionId], 'signed-out'));
    await inTransaction(systemContext(elsewhere.current), async (tx) => {
      await tx.sql`update users set roles = '{member}' where id = ${three.id}`;
      await announce(tx, `user:${three.id}`);
    });
    await expect.poll(() => streams.map(({ state }) => state.ended)).toEqual([true, true, true, false]);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(streams.map(({ events }) => events.map(({ event }) => event))).toEqual([['end'], ['end'], ['end'], []]);
    await streams[3]?.close();
  });

  it('end at once when the server stops', async () => {
    const web = await startWeb(app.current, { port: 0, next: false, routes: sampleRoutes });
    const answer = await fetch(`${web.url}/api/v1/samples/stream`);
    const reading = answer.text();
    const started = performance.now();
    await web.close();
    expect(await reading).toContain('id: 2');
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('what a caller may hold open', () => {
  it('is ten streams for a session; who closes one may open another, and other sessions have their own', async () => {
    const user = await aSignedInUser(app.current);
    const streams = await Promise.all(Array.from({ length: 10 }, () => open('/notifications/stream', user.cookie)));
    expect(streams.map((one) => one.answer.status)).toEqual(Array(10).fill(200));
    const eleventh = await open('/notifications/stream', user.cookie);
    expect([eleventh.answer.status, eleventh.answer.headers.get('retry-after')]).toEqual([429, '30']);
    const other = await open('/notifications/stream', (await aSignedInUser(app.current)).cookie);
    expect(other.answer.status).toBe(200);
    await streams[0]?.close();
    const again = await vi.waitFor(async () => {
      const next = await open('/notifications/stream', user.cookie);
      expect(next.answer.status).toBe(200);
      return next;
    });
    await Promise.all([...streams, other, again].map((one) => one.close()));
  });

  it('of a download ends with the session, and does not look whole', async () => {
    const user = await aSignedInUser(app.current, { roles: ['staff'] });
    const answer = await fetch(`${server.url}/api/v1/held.csv`, { headers: { cookie: user.cookie } });
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first\n');
    await inTransaction(systemContext(app.current), (tx) => endSessions(tx, [user.sessionId], 'signed-out'));
    nextPiece.resolve();
    await expect(reader?.read()).rejects.toThrow();
  });
});
