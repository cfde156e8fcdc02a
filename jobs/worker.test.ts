import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createContext, inTransaction } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import { kill, startProcess } from '#server/events/process.testing.ts';
import { eventually, expectSoundOrder, systemContext } from '#server/events/store.testing.ts';
import { breakerState, withBreaker } from '#server/integrations/breaker.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { dismissDeadLetter, redriveDeadLetter, redriveMany } from '#server/queue/dead-letter-commands.ts';
import { groupDeadLetters, listDeadLetters, listJobs } from '#server/queue/queries.ts';
import { testApp } from '#test/database.ts';
import { rounds } from '#test/soak.ts';
import { happened, parts, tables } from './worker.testing.ts';
import { startWorker, type Worker } from './worker.ts';

const app = testApp(() => ({ DATABASE_POOL: '14', SHUTDOWN_GRACE_MS: '1000' }));
const sql = () => app.current.database.sql;
const script = 'jobs/worker-process.testing.ts';

/** What the partner answers to a key; `hang` never answers, `slow` late. Everything it was asked, in order. */
const answers = new Map<string, string>();
const asked: Array<{ key: string; n: number }> = [];
let hanging: ServerResponse[] = [];
let server: Server;
let url = '';

beforeAll(async () => {
  await prepareQueues(app.current, parts.queues);
  for (const table of tables) await sql().unsafe(table);
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { key, n } = JSON.parse(body) as { key: string; n: number };
    asked.push({ key, n });
    const answer = answers.get(`${key}/${n}`) ?? answers.get(key) ?? 'ok';
    if (answer === 'hang') hanging.push(response);
    else if (answer === 'slow') setTimeout(() => response.end(), 800);
    else response.writeHead(answer === 'ok' ? 200 : 500).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const workers: Worker[] = [];
async function start() {
  const worker = await startWorker(app.current, parts);
  workers.push(worker);
  return worker;
}
beforeEach(() => {
  answers.clear();
  asked.length = 0;
});
afterEach(async () => {
  for (const response of hanging) response.end();
  hanging = [];
  for (const worker of workers.splice(0)) await worker.stop();
});

const publish = (key: string, ...numbers: number[]) => {
  const ctx = createContext(app.current, { actor: { kind: 'system', name: 'test' } });
  return inTransaction(ctx, (tx) =>
    append(
      tx,
      `worker_test-${key}`,
      'any',
      numbers.map((n) => ({ type: happened.type, data: { key, n, url } })),
    ),
  ).then((written) => ({ ...written, ctx }));
};

const effects = async (what: string, key: string) =>
  (await sql()<{ n: number }[]>`select n from effects where what = ${what} and key = ${key} order by at`).map(
    (row) => row.n,
  );

const expectEffects = (key: string, numbers: number[], kinds = ['projection', 'database', 'partner']) =>
  eventually(async () => {
    for (const what of kinds) expect(await effects(what, key), what).toEqual(numbers);
  });

/** Holds a gate shut from another connection, so that whoever passes there is held in the middle of its work. */
async function shut(gate: string): Promise<{ open(): Promise<void>; someoneWaits(): Promise<void> }> {
  const locked = Promise.withResolvers<number>();
  const opened = Promise.withResolvers<void>();
  const holding = sql().begin(async (tx) => {
    // The test takes its time, and must not lose the gate over it.
    await tx`set local idle_in_transaction_session_timeout = 0`;
    const [session] = await tx<{ pid: number }[]>`
      select pg_backend_pid() as pid from gates where name = ${gate} for update`;
    locked.resolve(session?.pid ?? 0);
    await opened.promise;
  });
  const pid = await locked.promise;
  return {
    async open() {
      opened.resolve();
      await holding;
    },
    someoneWaits: () =>
      eventually(async () => {
        const waiting = await sql()`
          select 1 from pg_stat_activity where datname = current_database() and ${pid} = any(pg_blocking_pids(pid))`;
        expect(waiting.length).toBeGreaterThan(0);
      }),
  };
}

/** The dead worker's silence has lasted long enough for all to notice. */
const timePasses = async () => {
  await sql()`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 hour' where state = 'active'`;
  await sql()`update subscriptions set expires_at = '-infinity'`;
  await sql()`update sequencer set expires_at = '-infinity'`;
};

/** The database, ending the transactions of a stopped process after seconds. */
const impatient = () => {
  const url = new URL(app.database.url);
  url.searchParams.set('idle_in_transaction_session_timeout', '1000');
  url.searchParams.set('transaction_timeout', '3000');
  return url.toString();
};

/** What a killed worker's connections still hold is let go only when the database notices; a lock wait hides that. */
const cutOff = () => sql()`
  select pg_terminate_backend(pid, 5000) from pg_stat_activity
  where datname = current_database() and application_name = 'guildhall-worker'`;

const settled = () =>
  eventually(async () => {
    expect([
      ...(await sql()`select name, state from pgboss.job where name like 'test-%' and state < 'completed'`),
    ]).toEqual([]);
  });

const jobsOf = async (filter: { queue?: string; key?: string; correlationId?: string }) =>
  (await listJobs(systemContext(app.current), { ...filter, limit: 50 })).data;

const letters = async (queue: string, key: string) =>
  (await listDeadLetters(systemContext(app.current), { queue, key, limit: 50 })).data.reverse();

describe('from an event to its consequences', () => {
  it('each once, with the chain of causes', async () => {
    await start();
    const { ids, ctx } = await publish('chain', 1);
    await expectEffects('chain', [1]);
    const rows = await sql()`
      select correlation_id, causation_id from effects where key = 'chain' and what in ('database', 'partner')`;
    const expected = { correlation_id: ctx.correlationId, causation_id: ids[0] };
    expect([...rows]).toEqual([expected, expected]);
    await settled();
    expect(await jobsOf({ correlationId: ctx.correlationId })).toMatchObject([
      { state: 'completed', eventId: ids[0], attempts: 0 },
      { state: 'completed', eventId: ids[0], attempts: 0 },
    ]);
  });

  it('dispatching twice makes one job, also after the first has been cleared away', async () => {
    await start();
    await publish('twice', 1);
    await expectEffects('twice', [1]);
    await settled();
    await sql()`delete from pgboss.job where state = 'completed'`;
    await sql()`update subscriptions set position = 0 where kind = 'reaction'`;
    await publish('twice', 2);
    await expectEffects('twice', [1, 2]);
    await settled();
    expect(await effects('database', 'chain')).toEqual([1]);
  });

  it('jobs of one transaction keep their order within a key', async () => {
    const numbers = Array.from({ length: 12 }, (_, n) => n + 100);
    await publish('burst', ...numbers);
    await start();
    await expectEffects('burst', numbers);
  });

  it('a failing head holds back its own key, in order; other keys flow', async () => {
    answers.set('fifo/1', 'transient');
    await start();
    await publish('fifo', 1, 2, 3);
    await publish('other', 1, 2, 3);
    await expectEffects('other', [1, 2, 3]);
    await eventually(() => expect(asked.filter(({ key }) => key === 'fifo').length).toBeGreaterThan(1));
    expect(asked.filter(({ key, n }) => key === 'fifo' && n > 1)).toEqual([]);
    const [head] = await jobsOf({ queue: 'test-partner', key: 'fifo' }).then((jobs) =>
      jobs.filter((job) => job.attempts > 0),
    );
    expect(head).toMatchObject({ lastError: { class: 'transient', reason: 'crm: said no' } });
    answers.clear();
    await sql()`update pgboss.job set start_after = now() where state = 'retry'`;
    await expectEffects('fifo', [1, 2, 3]);
  });
});

describe('a worker killed with -9', () => {
  it.each([
    ['in the middle of a database job', 'database'],
    ['in the middle of a subscription’s batch', 'projection'],
    ['after the partner has answered, before completion', 'record'],
  ])('%s: nothing lost or doubled', async (_, gate) => {
    const key = `killed-${gate}`;
    const held = await shut(gate);
    const child = startProcess(script, app.database.url);
    await publish(key, 1, 2);
    await held.someoneWaits();
    await kill(child);
    await cutOff();
    await held.open();
    expect(await effects(gate === 'record' ? 'partner' : gate, key)).toEqual([]);
    await start();
    await timePasses();
    await expectEffects(key, [1, 2]);
    await settled();
    await expectSoundOrder(sql());
  });

  it('while the partner keeps it waiting: the call is made again, its effect recorded once', async () => {
    answers.set('killed-hang', 'hang');
    const child = startProcess(script, app.database.url);
    await publish('killed-hang', 1, 2);
    await eventually(() => expect(asked).toEqual([{ key: 'killed-hang', n: 1 }]));
    await kill(child);
    answers.clear();
    await start();
    await timePasses();
    await expectEffects('killed-hang', [1, 2]);
    expect(asked.filter(({ n }) => n === 1)).toHaveLength(2);
    await settled();
  });

  it('while it buries a job: one dead letter, one tail', async () => {
    answers.set('killed-bury/1', 'permanent');
    const held = await shut('letter');
    const child = startProcess(script, app.database.url);
    await publish('killed-bury', 1, 2);
    await held.someoneWaits();
    await kill(child);
    await cutOff();
    await held.open();
    expect(await letters('test-partner', 'killed-bury')).toEqual([]);
    await start();
    await timePasses();
    await settled();
    const found = await letters('test-partner', 'killed-bury');
    expect(found).toMatchObject([{ tail: false, errorClass: 'permanent', attempts: 1 }, { tail: true }]);
    answers.clear();
    await redriveDeadLetter(systemContext(app.current), { id: found[0]?.id ?? '' });
    await expectEffects('killed-bury', [1, 2], ['partner']);
    await settled();
  });

  it('while it redrives: nothing is queued and all stays open; done again, each once and in order', async () => {
    answers.set('killed-redrive/1', 'permanent');
    await start();
    await publish('killed-redrive', 1, 2, 3);
    await eventually(async () => expect(await letters('test-partner', 'killed-redrive')).toHaveLength(3));
    answers.clear();
    const held = await shut('redrive');
    const child = startProcess('jobs/worker-redrive.testing.ts', app.database.url);
    await held.someoneWaits();
    await kill(child);
    await cutOff();
    await held.open();
    expect(await letters('test-partner', 'killed-redrive')).toHaveLength(3);
    expect(await effects('partner', 'killed-redrive')).toEqual([]);
    await redriveMany(systemContext(app.current), { queue: 'test-partner' });
    await expectEffects('killed-redrive', [1, 2, 3], ['partner']);
    await settled();
    expect(await effects('partner', 'killed-redrive')).toEqual([1, 2, 3]);
  });

  it('while it pauses a flow: it is paused by whoever finds out next, and the jobs keep their places', async () => {
    answers.set('killed-pause', 'credentials');
    const held = await shut('flow');
    const child = startProcess(script, app.database.url);
    await publish('killed-pause', 1, 2);
    await held.someoneWaits();
    await kill(child);
    await cutOff();
    await held.open();
    expect([...(await sql()`select 1 from flows where status = 'paused'`)]).toEqual([]);
    await start();
    await timePasses();
    await eventually(async () => {
      expect([...(await sql()`select name from flows where status = 'paused'`)]).toEqual([{ name: 'test-flow' }]);
    });
    expect(await sql()`select 1 from audit_entries where action = 'flow.pause'`).toHaveLength(1);
    expect(await letters('test-partner', 'killed-pause')).toEqual([]);
    answers.clear();
    await sql()`delete from flows`;
    await expectEffects('killed-pause', [1, 2]);
    await settled();
  });

  it('a worker that only seemed dead cannot complete what another has taken over', async () => {
    answers.set('zombie', 'hang');
    const child = startProcess(script, impatient());
    await publish('zombie', 1);
    await eventually(() => expect(hanging).toHaveLength(1));
    child.kill('SIGSTOP');
    answers.clear();
    await start();
    await timePasses();
    await expectEffects('zombie', [1]);
    hanging.splice(0)[0]?.end();
    child.kill('SIGCONT');
    await publish('zombie', 2);
    await expectEffects('zombie', [1, 2]);
    await settled();
    await kill(child);
  });

  it.each([
    ['in the middle of a subscription’s batch', 'projection'],
    ['between a job’s completion and the commit', 'completion'],
  ])('stopped %s: what it holds is let go, and done once', async (_, gate) => {
    const key = `stopped-${gate}`;
    const held = await shut(gate);
    const child = startProcess(script, impatient());
    await publish(key, 1);
    await held.someoneWaits();
    child.kill('SIGSTOP');
    await held.open();
    await start();
    await timePasses();
    await expectEffects(key, [1]);
    child.kill('SIGCONT');
    await publish(key, 2);
    await expectEffects(key, [1, 2]);
    await settled();
    await kill(child);
  });

  it('the database ends what a stopped process left open, after ten seconds or a minute', async () => {
    const [row] = await sql()`
      select current_setting('idle_in_transaction_session_timeout') as idle, current_setting('transaction_timeout') as all`;
    expect(row).toEqual({ idle: '10s', all: '1min' });
  });
});

it('a job that kills its worker each time becomes a dead letter, and takes no other with it', async () => {
  const keys = ['beside-a', 'beside-b', 'beside-c'];
  // They take longer than the worker lives.
  for (const key of keys) answers.set(key, 'slow');
  for (let death = 1; death <= 5; death += 1) {
    const child = startProcess(script, app.database.url);
    const dead = once(child, 'exit');
    if (death === 1) {
      for (const key of keys) await publish(key, 1);
      await eventually(() => expect(asked).toHaveLength(keys.length));
      await publish('poison', 666, 1);
    }
    expect(await dead).toEqual([null, 'SIGKILL']);
    await cutOff();
    await timePasses();
  }
  answers.clear();
  await start();
  await eventually(async () => expect(await letters('test-database', 'poison')).toHaveLength(2));
  expect((await letters('test-database', 'poison'))[0]).toMatchObject({ errorClass: 'crashed', tail: false });
  for (const key of keys) await expectEffects(key, [1]);
  await settled();
}, 90_000);

describe('stopping', () => {
  it('lets jobs under way finish, takes no new ones, and puts back what takes too long', async () => {
    answers.set('stop-hang', 'hang');
    const child = startProcess(script, app.database.url, { SHUTDOWN_GRACE_MS: '1500' });
    const held = await shut('database');
    await publish('stop', 1);
    await publish('stop-hang', 1);
    await held.someoneWaits();
    await eventually(() => expect(hanging).toHaveLength(1));
    const exited = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await held.open();
    expect(await exited).toBe(0);
    expect(await effects('database', 'stop')).toEqual([1]);
    const [job] = await jobsOf({ key: 'stop-hang', queue: 'test-partner' });
    expect(job).toMatchObject({ state: 'retry', attempts: 0 });
    answers.clear();
    await start();
    await expectEffects('stop-hang', [1]);
  });

  it('a second signal ends it at once', async () => {
    answers.set('stop-now', 'hang');
    const child = startProcess(script, app.database.url, { SHUTDOWN_GRACE_MS: '30000' });
    await publish('stop-now', 1);
    await eventually(() => expect(hanging).toHaveLength(1));
    const exited = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await eventually(async () => {
      const [lease] = await sql()`select 1 from subscriptions where expires_at > '-infinity'`;
      expect(lease).toBeUndefined();
    });
    child.kill('SIGTERM');
    expect(await exited).toBe(143);
    answers.clear();
    await start();
    await timePasses();
    await expectEffects('stop-now', [1]);
  });
});

describe('dead letters', () => {
  it('a permanent failure: the record’s later jobs wait behind it, and are redriven in order', async () => {
    answers.set('dead/1', 'permanent');
    await start();
    await publish('dead', 1, 2);
    await eventually(async () => expect(await letters('test-partner', 'dead')).toHaveLength(2));
    await publish('dead', 3);
    await eventually(async () => expect(await letters('test-partner', 'dead')).toHaveLength(3));
    const [head, second] = await letters('test-partner', 'dead');
    expect(head).toMatchObject({ tail: false, errorClass: 'permanent', error: 'crm: said no', attempts: 1 });
    expect(second).toMatchObject({ tail: true, errorClass: 'blocked' });
    expect(asked.filter(({ key }) => key === 'dead')).toEqual([{ key: 'dead', n: 1 }]);
    const groups = await groupDeadLetters(systemContext(app.current), { queue: 'test-partner' });
    expect(groups).toMatchObject([{ letters: 1, waiting: 2, fingerprint: head?.fingerprint }]);
    answers.clear();
    expect(await redriveDeadLetter(systemContext(app.current), { id: second?.id ?? '' })).toEqual({ redriven: 3 });
    await expectEffects('dead', [1, 2, 3]);
    expect(await letters('test-partner', 'dead')).toEqual([]);
    const actions =
      await sql()`select 1 from audit_entries where action = 'dead-letter.redrive' and resource_id = ${second?.id ?? ''}`;
    expect(actions).toHaveLength(1);
    await expect(redriveDeadLetter(systemContext(app.current), { id: head?.id ?? '' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('redriven ones go in front of what was queued since', async () => {
    answers.set('front/1', 'permanent');
    const worker = await start();
    await publish('front', 1, 2);
    await eventually(async () => expect(await letters('test-partner', 'front')).toHaveLength(2));
    await sql()`insert into flows (name, status, changed_by) values ('test-flow', 'paused', 'a person')`;
    await publish('front', 3, 4);
    await expectEffects('front', [1, 2, 3, 4], ['projection']);
    await eventually(async () => {
      const waiting =
        await sql()`select 1 from pgboss.job where singleton_key = 'front' and name = 'test-partner' and state = 'created'`;
      expect(waiting).toHaveLength(2);
    });
    await worker.stop();
    workers.length = 0;
    answers.clear();
    await redriveMany(systemContext(app.current), { queue: 'test-partner' });
    await sql()`delete from flows`;
    await start();
    await expectEffects('front', [1, 2, 3, 4]);
  });

  it('fails again: a new letter, and the tail behind it again', async () => {
    answers.set('again/1', 'permanent');
    await start();
    await publish('again', 1, 2);
    await eventually(async () => expect(await letters('test-partner', 'again')).toHaveLength(2));
    await redriveDeadLetter(systemContext(app.current), { id: (await letters('test-partner', 'again'))[0]?.id ?? '' });
    await eventually(async () =>
      expect(await letters('test-partner', 'again')).toMatchObject([{ tail: false, redrives: 1 }, { tail: true }]),
    );
    await dismissDeadLetter(systemContext(app.current), {
      id: (await letters('test-partner', 'again'))[0]?.id ?? '',
      reason: 'the partner will never take it',
    });
    await expectEffects('again', [2], ['partner']);
  });

  it('an error that nobody foresaw is tried three times; edited with a check, it goes through', async () => {
    await start();
    await publish('unlucky', 13, 14);
    await eventually(async () => {
      await sql()`update pgboss.job set start_after = now() where state = 'retry'`;
      expect(await letters('test-database', 'unlucky')).toHaveLength(2);
    });
    const [head] = await letters('test-database', 'unlucky');
    expect(head).toMatchObject({ attempts: 3, errorClass: 'unexpected', error: 'Error: unlucky' });
    expect(await effects('database', 'unlucky')).toEqual([]);
    const edit = (payload: Record<string, string | number>) =>
      redriveDeadLetter(systemContext(app.current), { id: head?.id ?? '', payload });
    await expect(edit({ key: 'unlucky', n: 'x', url })).rejects.toMatchObject({
      code: 'rule_violated',
      errors: [{ path: 'payload.n' }],
    });
    await edit({ key: 'unlucky', n: 12, url });
    await expectEffects('unlucky', [12, 14], ['database']);
  });

  it('needs the permission', async () => {
    const ctx = createContext(app.current, { actor: { kind: 'client', clientId: 'x', scopes: ['read:data'] } });
    const id = '00000000-0000-7000-8000-000000000000';
    await expect(redriveDeadLetter(ctx, { id })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(dismissDeadLetter(ctx, { id, reason: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listDeadLetters(ctx, { limit: 1 })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(redriveDeadLetter(systemContext(app.current), { id })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a partner that was out of reach', () => {
  const haveFailed = async (keys: readonly string[], failures = 1) => {
    await eventually(
      async () => {
        await sql()`
        update pgboss.job set start_after = now()
        where name = 'test-partner' and state = 'retry' and (data->'failures'->>'unavailable')::int < ${failures}`;
        const waiting = await sql()`
        select 1 from pgboss.job where name = 'test-partner' and state = 'retry' and singleton_key = any(${keys as string[]})
          and (data->'failures'->>'unavailable')::int >= ${failures}`;
        expect(waiting).toHaveLength(keys.length);
      },
      rounds(10_000, 120_000),
    );
  };
  const asksOf = (key: string) => asked.filter((one) => one.key === key).map(({ n }) => n);

  it(
    'is caught up with as soon as it answers again, each record in its order',
    async () => {
      const keys = Array.from({ length: rounds(30, 500) }, (_, i) => `back-${i}`);
      for (const key of keys) answers.set(key, 'unavailable');
      await start();
      for (const key of keys) await publish(key, 1, 2, 3);
      await haveFailed(keys, 3);
      answers.clear();
      asked.length = 0;
      const began = performance.now();
      await sql()`
      update pgboss.job set start_after = now() where name = 'test-partner' and state = 'retry' and singleton_key = 'back-7'`;
      for (const key of keys) await expectEffects(key, [1, 2, 3], ['partner']);
      // By their own delays they would have come back after fifteen seconds.
      expect(performance.now() - began).toBeLessThan(rounds(6_000, 60_000));
      for (const key of keys) expect(asksOf(key)).toEqual([1, 2, 3]);
      await settled();
    },
    rounds(20_000, 240_000),
  );

  it('and answers some only: a few are tried at a time, and none again and again', async () => {
    const keys = Array.from({ length: 12 }, (_, i) => `down-${i}`);
    for (const key of keys) answers.set(key, 'unavailable');
    await start();
    for (const key of keys) await publish(key, 1);
    await haveFailed(keys);
    asked.length = 0;
    for (let n = 1; n <= 8; n += 1) {
      await publish('up', n);
      await eventually(async () => expect(await effects('partner', 'up')).toHaveLength(n));
      // Four for each success at most: the next batch does not grow while they fail.
      expect(keys.flatMap(asksOf).length).toBeLessThanOrEqual(4 * (n + 1));
    }
    for (const key of keys) expect(asksOf(key).length, key).toBeLessThanOrEqual(1);
    answers.clear();
    await sql()`update pgboss.job set start_after = now() where name = 'test-partner' and state = 'retry'`;
    for (const key of keys) await expectEffects(key, [1], ['partner']);
    await settled();
  });

  it('is known to answer in every process once one has found out', async () => {
    for (let failure = 1; failure <= 5; failure += 1) {
      await withBreaker('crm', () => Promise.reject(new PartnerError('crm', 'unavailable', 'away'))).catch(() => {});
    }
    expect(breakerState('crm')).toBe('open');
    await start();
    await sql()`select pg_notify('guildhall_recovered', 'crm')`;
    await eventually(() => expect(breakerState('crm')).toBe('closed'));
  });
});

describe('our own credentials refused', () => {
  it('the flow pauses, its jobs stay queued, and it resumes by itself after a test that succeeds', async () => {
    answers.set('pause', 'credentials');
    await start();
    await publish('pause', 1, 2);
    await eventually(async () => {
      const [flow] = await sql()`select status, changed_by from flows where name = 'test-flow'`;
      expect(flow).toEqual({ status: 'paused', changed_by: 'credentials' });
    });
    await publish('pause-other', 1);
    await expectEffects('pause-other', [1], ['projection', 'database']);
    expect(await effects('partner', 'pause-other')).toEqual([]);
    expect(await letters('test-partner', 'pause')).toEqual([]);
    expect(asked.filter(({ key }) => key === 'pause')).toHaveLength(1);
    answers.clear();
    await sql()`insert into gates values ('accepted')`;
    await expectEffects('pause', [1, 2]);
    await expectEffects('pause-other', [1]);
    expect(
      (await sql()`select action from audit_entries where resource_type = 'flow' order by at desc limit 2`)
        .map((row) => row.action)
        .reverse(),
    ).toEqual(['flow.pause', 'flow.resume']);
  });

  it('for one record only, again and again: that record is a dead letter, and the others flow', async () => {
    answers.set('refused', 'credentials');
    await sql()`insert into gates values ('accepted') on conflict do nothing`;
    await start();
    await publish('refused', 1, 2);
    await publish('refused-not', 1);
    await eventually(async () =>
      expect(await letters('test-partner', 'refused')).toMatchObject([
        { tail: false, errorClass: 'credentials', error: 'crm: said no' },
        { tail: true },
      ]),
    );
    expect(asked.filter(({ key }) => key === 'refused').length).toBeGreaterThan(5);
    await expectEffects('refused-not', [1]);
  });
});
