import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { createContext, inTransaction, type TxCtx } from '#server/context/context.ts';
import { ruleViolated } from '#server/errors/errors.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { dismissDeadLetter, redriveDeadLetter } from '#server/queue/dead-letter-commands.ts';
import { testApp } from '#test/database.ts';
import { retrySaga, settleSaga, skipStep, startSaga, wakeSaga } from './commands.ts';
import { completed, defineSaga, failed, type SagaRun, type StepOutcome, sagaDefinition, waiting } from './define.ts';
import { sagaEvents } from './events.ts';
import { getSaga, inspectSaga, listSagas, stepsOf } from './queries.ts';
import { sagaCalls, sagaSteps } from './queues.ts';
import { stuckSagas } from './stuck.ts';
import { stopTurn } from './turn.ts';

const app = testApp(() => ({ DATABASE_POOL: '14' }));
const sql = () => app.current.database.sql;

/** What the steps of a subject answer, by step and direction; each list is used up, then `completed`. */
type Answer = StepOutcome | (() => StepOutcome);
const answers = new Map<string, Answer[]>();
const say = (subject: string, step: string, ...list: Answer[]) => answers.set(`${subject}/${step}`, list);
const answer = (saga: SagaRun, direction: string): StepOutcome => {
  const list = answers.get(`${saga.subjectId}/${direction}`);
  const next = list?.shift() ?? completed({ attempt: saga.attempt });
  return typeof next === 'function' ? next() : next;
};

const note = (tx: TxCtx, saga: SagaRun, what: string) =>
  tx.sql`insert into saga_effects (subject, what, key) values (${saga.subjectId}, ${what}, ${saga.idempotencyKey})`;

async function database(tx: TxCtx, saga: SagaRun, what: string): Promise<StepOutcome> {
  await note(tx, saga, what);
  return answer(saga, what);
}

/** Subjects whose partner calls cannot be recorded: their jobs become dead letters. */
const unwritable = new Set<string>();

async function partner(saga: SagaRun, what: string) {
  const outcome = answer(saga, what);
  return async (tx: TxCtx) => {
    if (unwritable.has(saga.subjectId)) throw new Error('it cannot be written');
    await note(tx, saga, what);
    return outcome;
  };
}

const ended: string[] = [];
defineSaga({
  type: 'test',
  steps: [
    {
      kind: 'database',
      name: 'one',
      run: (tx, s) => database(tx, s, 'one'),
      compensate: (tx, s) => database(tx, s, 'undo one'),
    },
    { kind: 'partner', name: 'two', run: (_, s) => partner(s, 'two'), compensate: (_, s) => partner(s, 'undo two') },
    {
      kind: 'database',
      name: 'three',
      skippable: true,
      run: (tx, s) => database(tx, s, s.timedOut ? 'three timed out' : 'three'),
    },
    { kind: 'partner', name: 'four', run: (_, s) => partner(s, 'four') },
  ],
  async onEnd(_, saga, end) {
    ended.push(`${saga.subjectId} ${end}`);
  },
});

let worker: Worker;
beforeAll(async () => {
  await sql().unsafe('create table saga_effects (at bigserial, subject uuid, what text, key text)');
  worker = await startWorker(app.current, {
    events: sagaEvents,
    projections: [],
    reactions: [],
    queues: [sagaSteps, sagaCalls],
    timing: { pollMs: 50, touchMs: 300, recoverMs: 200, testFlowsMs: 200 },
  });
});
afterAll(() => worker?.stop());
beforeEach(() => void ended.splice(0));

const run = async (subject: string, memberId: string | null = null) =>
  inTransaction(systemContext(app.current), (tx) =>
    startSaga(tx, { type: 'test', subjectId: subject, memberId, data: { amount: 5 } }),
  );

const effects = async (subject: string) =>
  (await sql()<{ what: string }[]>`select what from saga_effects where subject = ${subject} order by at`).map(
    (row) => row.what,
  );

const staff = (memberId: string | null = null) =>
  createContext(app.current, {
    actor: { kind: 'user', userId: uuidv7(), memberId, roles: ['staff'], sessionId: uuidv7(), scopes: null },
  });
const statusOf = async (id: string) => (await getSaga(staff(), id)).status;
const until = (id: string, status: string) =>
  eventually(async () => {
    expect(await statusOf(id)).toBe(status);
  });

describe('forwards', () => {
  it('runs its steps in order, each once, and ends', async () => {
    const subject = uuidv7();
    const id = await run(subject);
    await until(id, 'completed');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'four']);
    expect(ended).toEqual([`${subject} completed`]);
    const { steps } = await stepsOf(staff(), 'test', subject);
    expect(steps.map((step) => `${step.name} ${step.status} ${step.attempts}`)).toEqual([
      'one completed 1',
      'two completed 1',
      'three completed 1',
      'four completed 1',
    ]);
    expect(steps.every((step) => step.startedAt !== null && step.finishedAt !== null)).toBe(true);
  });

  it('is begun once for a subject', async () => {
    const subject = uuidv7();
    const id = await run(subject);
    await expect(run(subject)).rejects.toThrow();
    await until(id, 'completed');
    expect(await effects(subject)).toHaveLength(4);
  });

  it('tries again what an error of a partner may pass, with the same key', async () => {
    const subject = uuidv7();
    const broken = () => {
      throw new PartnerError('crm', 'unavailable', 'no answer');
    };
    say(subject, 'two', broken);
    const id = await run(subject);
    await eventually(async () => {
      const saga = await getSaga(staff(), id);
      expect(saga.steps[1]).toMatchObject({ attempts: 1, error: { code: 'unavailable' } });
      expect(saga.actions).toContain('retry');
    });
    await retrySaga(staff(), id);
    await until(id, 'completed');
    const keys = await sql()<
      { key: string }[]
    >`select distinct key from saga_effects where subject = ${subject} and what = 'two'`;
    expect(keys.map((row) => row.key)).toEqual([`test:${subject}:two`]);
  });

  it('waits until it is woken, and then looks again', async () => {
    const subject = uuidv7();
    say(subject, 'three', waiting(3_600_000));
    const id = await run(subject);
    await until(id, 'waiting');
    await inTransaction(systemContext(app.current), (tx) => wakeSaga(tx, 'test', subject));
    await until(id, 'completed');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'three', 'four']);
  });

  it('is told when its wait has run out', async () => {
    const subject = uuidv7();
    say(subject, 'three', waiting(20));
    const id = await run(subject);
    await until(id, 'completed');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'three timed out', 'four']);
  });

  it('is told so also after the tries that an error has cost', async () => {
    const subject = uuidv7();
    say(subject, 'three', waiting(20));
    say(subject, 'three timed out', () => {
      throw new Error('not now');
    });
    const id = await run(subject);
    await until(id, 'completed');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'three timed out', 'four']);
  });

  it('is woken by many at once as if by one', async () => {
    const subject = uuidv7();
    say(subject, 'three', waiting(3_600_000));
    const id = await run(subject);
    await until(id, 'waiting');
    await Promise.all(
      Array.from({ length: 10 }, () =>
        inTransaction(systemContext(app.current), (tx) => wakeSaga(tx, 'test', subject)),
      ),
    );
    await until(id, 'completed');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'three', 'four']);
  });

  it('wakes nobody who does not wait', async () => {
    const subject = uuidv7();
    await inTransaction(systemContext(app.current), (tx) => wakeSaga(tx, 'test', subject));
    const id = await run(subject);
    await until(id, 'completed');
    await inTransaction(systemContext(app.current), (tx) => wakeSaga(tx, 'test', subject));
    expect(await statusOf(id)).toBe('completed');
    expect(await effects(subject)).toHaveLength(4);
  });
});

describe('backwards', () => {
  it('undoes in reverse what this run has done, and only that', async () => {
    const subject = uuidv7();
    say(subject, 'three', failed('no_stock', 'There is none left.'));
    const id = await run(subject);
    await until(id, 'failed');
    // What the failed try itself did is rolled back with it, or kept, as the step says: here it answers, so it is kept.
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'undo two', 'undo one']);
    expect(ended).toEqual([`${subject} failed`]);
    const saga = await getSaga(staff(), id);
    expect(saga.error).toEqual({ code: 'no_stock', reason: 'There is none left.' });
    expect(saga.steps.map((step) => step.status)).toEqual(['compensated', 'compensated', 'failed', 'pending']);
  });

  it('turns back when a rule says no, and leaves nothing of that try', async () => {
    const subject = uuidv7();
    say(subject, 'three', () => {
      throw ruleViolated('Not on a Sunday.');
    });
    const id = await run(subject);
    await until(id, 'failed');
    expect(await effects(subject)).toEqual(['one', 'two', 'undo two', 'undo one']);
  });

  it('ends at once when the first step fails', async () => {
    const subject = uuidv7();
    say(subject, 'one', failed('no', 'No.'));
    const id = await run(subject);
    await until(id, 'failed');
    expect(await effects(subject)).toEqual(['one']);
  });

  it('tries to undo again, and is stuck when that is refused for good', async () => {
    const subject = uuidv7();
    say(subject, 'four', failed('no', 'No.'));
    say(subject, 'undo two', () => {
      throw new PartnerError('crm', 'permanent', 'HTTP 400');
    });
    const id = await run(subject);
    await until(id, 'stuck');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'four']);
    const saga = await getSaga(staff(), id);
    expect(saga.actions).toEqual(['retry', 'skip', 'settle']);
    expect((await listSagas(staff(), { status: 'stuck', limit: 50 })).data.map((one) => one.id)).toContain(id);
    const [event] = await sql()`select data from events where type = 'saga.stuck' and stream = ${`saga-${id}`}`;
    expect(event?.data).toMatchObject({ sagaId: id, step: 'two', code: 'permanent' });

    await retrySaga(staff(), id);
    await until(id, 'failed');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'four', 'undo two', 'undo one']);
  });

  it('goes on without a step when an operator says so, with a reason that is audited', async () => {
    const subject = uuidv7();
    say(subject, 'four', failed('no', 'No.'));
    say(subject, 'undo two', failed('gone', 'It is gone.'));
    const id = await run(subject);
    await until(id, 'stuck');
    await expect(skipStep(staff(), id, { step: 'one', reason: 'wrong' })).rejects.toMatchObject({ code: 'conflict' });
    await skipStep(staff(), id, { step: 'two', reason: 'refunded by hand' });
    await until(id, 'failed');
    const saga = await getSaga(staff(), id);
    expect(saga.steps.map((step) => step.status)).toEqual(['compensated', 'skipped', 'completed', 'failed']);
    const [audit] = await sql()`select reason from audit_entries where action = 'saga.skip' and resource_id = ${id}`;
    expect(audit?.reason).toBe('refunded by hand');
  });

  it('is ended by a person, as the person says', async () => {
    const subject = uuidv7();
    say(subject, 'four', failed('no', 'No.'));
    say(subject, 'undo two', failed('gone', 'It is gone.'));
    const id = await run(subject);
    await until(id, 'stuck');
    await settleSaga(staff(), id, { outcome: 'failed', reason: 'done by hand' });
    expect(await statusOf(id)).toBe('settled');
    expect(ended).toEqual([`${subject} failed`]);
    await expect(retrySaga(staff(), id)).rejects.toMatchObject({ code: 'rule_violated' });
  });
});

describe('a dead letter', () => {
  const taken: string[] = [];
  beforeAll(() => {
    const definition = sagaDefinition('test');
    defineSaga({ ...definition, onTakenUp: async (_, saga) => void taken.push(saga.subjectId) });
  });

  /** A saga whose job for `two` cannot be done. */
  async function stopped() {
    const subject = uuidv7();
    unwritable.add(subject);
    const id = await run(subject);
    await eventually(async () => expect(await statusOf(id)).toBe('stuck'), 30_000);
    unwritable.delete(subject);
    const [letter] = await sql()<{ id: string }[]>`
      select id from dead_letters where payload->>'sagaId' = ${id} and status = 'open'`;
    return { subject, id, letterId: letter?.id ?? '' };
  }

  it('leaves its saga stuck, for all to see, and redriven takes it up again', async () => {
    const { subject, id, letterId } = await stopped();
    const saga = await getSaga(staff(), id);
    expect(saga.steps[1]).toMatchObject({ status: 'stuck', error: { code: 'unexpected' } });
    expect(saga.actions).toEqual(['retry', 'settle']);
    const told = await sql()`select data from events where type = 'saga.stuck' and stream = ${`saga-${id}`}`;
    expect(told).toMatchObject([{ data: { sagaId: id, step: 'two', code: 'unexpected' } }]);
    await redriveDeadLetter(staff(), { id: letterId });
    await until(id, 'completed');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'four']);
    expect(taken).toEqual([subject]);
  });

  it('of which the saga could not be told at that moment is told of again', async () => {
    await sql().unsafe(`
      create sequence told;
      create function deadlock_once() returns trigger language plpgsql as $$
        begin if nextval('told') = 1 then raise exception 'deadlock' using errcode = '40P01'; end if; return new; end $$;
      create trigger deadlock_once before insert on saga_log for each row when (new.what = 'stuck')
        execute function deadlock_once()`);
    const { id } = await stopped();
    await sql().unsafe('drop trigger deadlock_once on saga_log');
    expect(await sql()`select 1 from dead_letters where payload->>'sagaId' = ${id} and status = 'open'`).toHaveLength(
      1,
    );
  }, 60_000);

  it('that is dismissed leaves it to a person; that is redriven later does nothing', async () => {
    const { subject, id, letterId } = await stopped();
    await dismissDeadLetter(staff(), { id: letterId, reason: 'The saga is tried again instead' });
    expect(await statusOf(id)).toBe('stuck');
    await retrySaga(staff(), id);
    await until(id, 'completed');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'four']);

    const other = await stopped();
    say(other.subject, 'three', waiting(3_600_000));
    await retrySaga(staff(), other.id);
    await until(other.id, 'waiting');
    await redriveDeadLetter(staff(), { id: other.letterId });
    await eventually(async () => {
      const jobs = await sql()`
        select 1 from pgboss.job where data->'payload'->>'sagaId' = ${other.id} and state < 'completed' and start_after <= now()`;
      expect(jobs).toHaveLength(0);
    });
    expect([await statusOf(other.id), await effects(other.subject)]).toEqual(['waiting', ['one', 'two', 'three']]);
    // Nor does one that is written late.
    const failure = { class: 'unexpected', reason: 'test' };
    await inTransaction(systemContext(app.current), (tx) =>
      stopTurn(tx, { sagaId: other.id, turn: 1, timedOut: false }, failure),
    );
    expect(await statusOf(other.id)).toBe('waiting');
  });

  it('of an undoing leaves it stuck on the way back', async () => {
    const subject = uuidv7();
    say(subject, 'three', () => {
      unwritable.add(subject);
      return failed('no', 'No.');
    });
    const id = await run(subject);
    await eventually(async () => expect(await statusOf(id)).toBe('stuck'), 30_000);
    expect((await getSaga(staff(), id)).actions).toEqual(['retry', 'skip', 'settle']);
    unwritable.delete(subject);
    await retrySaga(staff(), id);
    await until(id, 'failed');
    expect(await effects(subject)).toEqual(['one', 'two', 'three', 'undo two', 'undo one']);
  });
});

describe('a saga that another version has begun, of a type not known here', () => {
  it('can be seen, and nothing can be done with it', async () => {
    const subject = uuidv7();
    say(subject, 'four', failed('no', 'No.'));
    say(subject, 'undo two', failed('gone', 'It is gone.'));
    const id = await run(subject);
    await until(id, 'stuck');
    await sql()`update sagas set type = 'of-tomorrow', updated_at = '2020-01-01' where id = ${id}`;
    const { oldest } = await stuckSagas(sql(), 1);
    expect(oldest).toMatchObject([{ id, type: 'of-tomorrow', subjectNumber: null }]);
    expect((await listSagas(staff(), { type: 'of-tomorrow', limit: 5 })).data).toMatchObject([{ id }]);
    expect(await getSaga(staff(), id)).toMatchObject({ step: 'two', actions: [] });
    expect(await inspectSaga(staff(), id)).toEqual([]);
    await sql()`update sagas set type = 'test' where id = ${id}`;
  });
});

describe('whoever looks', () => {
  it('at a member’s saga, or at a list of them, is in the trail; at one’s own, or at nobody’s, is not', async () => {
    const [subject, memberId] = [uuidv7(), uuidv7()];
    const [id, nobodys] = [await run(subject, memberId), await run(uuidv7())];
    await until(id, 'completed');
    const looks = async (by: ReturnType<typeof staff>) =>
      sql()`
        select action, resource_id as resource, subject_id as subject, after->'looked' as looked from audit_entries
        where actor_id = ${by.actor.kind === 'user' ? by.actor.userId : ''} order by at, id`;
    const [reader, self] = [staff(), staff(memberId)];
    for (const by of [reader, self]) {
      await getSaga(by, id);
      await getSaga(by, nobodys);
      await listSagas(by, { memberId, limit: 5 });
    }
    await listSagas(reader, { limit: 5 });
    expect(await looks(reader)).toEqual([
      { action: 'saga.read', resource: id, subject: memberId, looked: ['saga'] },
      { action: 'member.read', resource: memberId, subject: memberId, looked: ['sagas'] },
      { action: 'saga.list', resource: null, subject: null, looked: ['sagas'] },
    ]);
    expect(await looks(self)).toEqual([]);
  });
});

describe('who may', () => {
  it('lets nobody decide on their own, nor without the permission', async () => {
    const subject = uuidv7();
    const memberId = uuidv7();
    say(subject, 'three', waiting(3_600_000));
    const id = await run(subject, memberId);
    await until(id, 'waiting');
    await expect(retrySaga(staff(memberId), id)).rejects.toMatchObject({ code: 'forbidden' });
    const member = createContext(app.current, {
      actor: { kind: 'user', userId: uuidv7(), memberId, roles: ['member'], sessionId: uuidv7(), scopes: null },
    });
    await expect(retrySaga(member, id)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(retrySaga(staff(), uuidv7())).rejects.toMatchObject({ code: 'not_found' });
    expect((await getSaga(staff(), id)).actions).toEqual(['retry', 'skip']);
    await skipStep(staff(), id, { step: 'three', reason: 'not needed' });
    await until(id, 'completed');
  });

  it('does not skip what must not be left out, and settles only what is stuck', async () => {
    const subject = uuidv7();
    say(subject, 'four', waiting(3_600_000));
    const id = await run(subject);
    await until(id, 'waiting');
    await expect(skipStep(staff(), id, { step: 'four', reason: 'hurry' })).rejects.toMatchObject({
      code: 'rule_violated',
    });
    await expect(settleSaga(staff(), id, { outcome: 'completed', reason: 'hurry' })).rejects.toMatchObject({
      code: 'rule_violated',
    });
  });
});
