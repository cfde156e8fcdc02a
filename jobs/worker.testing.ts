// The parts that the tests of the worker run, in their own process and in processes that they kill.
import { z } from 'zod';
import type { TxCtx } from '#server/context/context.ts';
import { defineEvent, defineProjection, defineReaction } from '#server/events/define.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { databaseQueue, type Job, partnerQueue } from '#server/queue/define.ts';
import type { WorkerParts } from './worker.ts';

export const happened = defineEvent({
  type: 'worker_test.happened',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({ key: z.string(), n: z.int(), url: z.string() }),
});

const payload = z.strictObject({ key: z.string(), n: z.int(), url: z.string() });
type Payload = z.output<typeof payload>;

/** Where the tests see what was done, and can hold it up: a row of `gates` that the test has locked. */
export const tables = [
  'create table effects (at bigserial, what text, key text, n int, correlation_id uuid, causation_id uuid)',
  'create table gates (name text primary key)',
  `insert into gates values ('projection'), ('database'), ('record'), ('completion'), ('letter'), ('redrive'), ('flow')`,
  `create function pass_completion() returns trigger language plpgsql as $$
    begin perform 1 from gates where name = 'completion' for share; return new; end $$`,
  `create trigger pass_completion after update on pgboss.job for each row
    when (new.state = 'completed' and new.name like 'test-%') execute function pass_completion()`,
  `create function pass_gate() returns trigger language plpgsql as $$
    begin perform 1 from gates where name = tg_argv[0] for share; return new; end $$`,
  "create trigger pass_letter after insert on dead_letters for each row execute function pass_gate('letter')",
  "create trigger pass_redrive after update on dead_letters for each row execute function pass_gate('redrive')",
  "create trigger pass_flow after insert or update on flows for each row execute function pass_gate('flow')",
];

async function effect(tx: TxCtx, what: string, { key, n }: Payload): Promise<void> {
  await tx.sql`
    insert into effects (what, key, n, correlation_id, causation_id)
    values (${what}, ${key}, ${n}, ${tx.correlationId}, ${tx.causationId})`;
}

const pass = (tx: TxCtx, gate: string) => tx.sql`select 1 from gates where name = ${gate} for share`;

const projection = defineProjection({
  name: 'test-projection',
  types: [happened.type],
  async apply(tx, events) {
    for (const { data } of events) await effect(tx, 'projection', payload.parse(data));
    await pass(tx, 'projection');
  },
});

const reactions = ['database', 'partner'].map((kind) =>
  defineReaction({
    name: `test-react-${kind}`,
    types: [happened.type],
    queue: `test-${kind}`,
    key: (event) => String(event.data.key),
    payload: (event) => ({ ...event.data }),
  }),
);

const database = databaseQueue({
  name: 'test-database',
  payload,
  order: 'strict',
  concurrency: 4,
  expireSeconds: 60,
  async handle(tx, job) {
    await effect(tx, 'database', job.payload);
    await pass(tx, 'database');
    if (job.payload.n === 13) throw new Error('unlucky');
    if (job.payload.n === 666) process.kill(process.pid, 'SIGKILL');
  },
});

/** The partner answers 200, or an error class as its body, or hangs. */
async function call({ payload: { key, n, url }, signal }: Job<Payload>): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ key, n }), signal }).catch((error) => {
    if (signal.aborted) throw error;
    throw new PartnerError('crm', 'unavailable', 'no answer', 20);
  });
  if (answer.ok) return;
  throw new PartnerError(
    'crm',
    z.enum(['permanent', 'transient', 'unavailable', 'credentials']).parse(await answer.text()),
    'said no',
  );
}

const partner = partnerQueue({
  name: 'test-partner',
  payload,
  order: 'strict',
  concurrency: 4,
  expireSeconds: 60,
  flow: 'test-flow',
  async handle(_, job) {
    await call(job);
    return async (tx) => {
      await effect(tx, 'partner', job.payload);
      await pass(tx, 'record');
    };
  },
  async test(ctx) {
    const [row] = await ctx.sql<
      { accepted: boolean }[]
    >`select exists(select from gates where name = 'accepted') as accepted`;
    if (!row?.accepted) throw new PartnerError('crm', 'credentials', 'still refused');
  },
});

export const parts: WorkerParts = {
  events: [happened],
  projections: [projection],
  reactions,
  queues: [database, partner],
  timing: { pollMs: 100, touchMs: 300, recoverMs: 200, testFlowsMs: 200 },
};
