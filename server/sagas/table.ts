import type { Queryable, TransactionSql } from '#db/client.ts';
import type { SagaError, SagaStatus, StepStatus } from '#db/schema/sagas.ts';
import type { JsonObject } from '#server/events/stored-event.ts';

export interface StepRow {
  position: number;
  name: string;
  status: StepStatus;
  attempts: number;
  failures: Record<string, number>;
  idempotencyKey: string;
  result: JsonObject | null;
  error: SagaError | null;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface SagaRow {
  id: string;
  type: string;
  subjectId: string;
  memberId: string | null;
  status: SagaStatus;
  step: number;
  turn: number;
  data: JsonObject;
  error: SagaError | null;
  wakeAt: string | null;
  correlationId: string;
  startedAt: string;
  updatedAt: string;
  finishedAt: string | null;
  steps: StepRow[];
}

const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const columns = `s.id, s.type, s.subject_id as "subjectId", s.member_id as "memberId", s.status, s.step, s.turn, s.data, s.error,
  ${iso('s.wake_at')} as "wakeAt", s.correlation_id as "correlationId", ${iso('s.started_at')} as "startedAt",
  ${iso('s.updated_at')} as "updatedAt", ${iso('s.finished_at')} as "finishedAt",
  (select jsonb_agg(jsonb_build_object('position', t.position, 'name', t.name, 'status', t.status, 'attempts', t.attempts,
    'failures', t.failures, 'idempotencyKey', t.idempotency_key, 'result', t.result, 'error', t.error,
    'startedAt', ${iso('t.started_at')}, 'finishedAt', ${iso('t.finished_at')}) order by t.position)
   from saga_steps t where t.saga_id = s.id) as steps`;

export async function findSaga(sql: Queryable, id: string): Promise<SagaRow | null> {
  const [row] = await sql<SagaRow[]>`select ${sql.unsafe(columns)} from sagas s where s.id = ${id}`;
  return row ?? null;
}

export async function findSagaOf(sql: Queryable, type: string, subjectId: string): Promise<SagaRow | null> {
  const [row] = await sql<SagaRow[]>`
    select ${sql.unsafe(columns)} from sagas s where s.type = ${type} and s.subject_id = ${subjectId}`;
  return row ?? null;
}

/** The saga as it is once nobody else moves it. */
export async function lockSaga(sql: TransactionSql, id: string): Promise<SagaRow | null> {
  // Locked by itself first: the steps must be read as whoever had the lock has left them.
  const locked = await sql`select 1 from sagas where id = ${id} for update`;
  return locked.length === 0 ? null : findSaga(sql, id);
}

export async function insertSaga(
  sql: TransactionSql,
  saga: Pick<SagaRow, 'id' | 'type' | 'subjectId' | 'memberId' | 'data' | 'correlationId'>,
  steps: readonly { name: string; idempotencyKey: string }[],
  now: Date,
): Promise<void> {
  const at = now.toISOString();
  await sql`
    insert into sagas (id, type, subject_id, member_id, status, step, turn, data, correlation_id, started_at, updated_at)
    values (${saga.id}, ${saga.type}, ${saga.subjectId}, ${saga.memberId}, 'running', 0, 1,
      ${JSON.stringify(saga.data)}::text::jsonb, ${saga.correlationId}, ${at}, ${at})`;
  await sql`
    insert into saga_steps (saga_id, position, name, status, idempotency_key)
    select ${saga.id}, (ordinality - 1)::int, name, 'pending', key
    from unnest(${steps.map((step) => step.name)}::text[], ${steps.map((step) => step.idempotencyKey)}::text[])
      with ordinality as given (name, key, ordinality)`;
}

/**
 * Writes the saga's own row; every move is another turn, so that what belonged to an earlier one does nothing. `sameTurn` for
 * one whose job goes on with it.
 */
export async function moveSaga(
  sql: TransactionSql,
  saga: SagaRow,
  to: {
    status: SagaStatus;
    step: number;
    wakeAt?: Date | null;
    error?: SagaError | null;
    finished?: boolean;
    sameTurn?: boolean;
  },
  now: Date,
): Promise<SagaRow> {
  const at = now.toISOString();
  const moved: SagaRow = {
    ...saga,
    status: to.status,
    step: to.step,
    turn: to.sameTurn ? saga.turn : saga.turn + 1,
    wakeAt: to.wakeAt?.toISOString() ?? null,
    error: to.error === undefined ? saga.error : to.error,
    updatedAt: at,
    finishedAt: to.finished ? at : null,
  };
  await sql`
    update sagas set status = ${moved.status}, step = ${moved.step}, turn = ${moved.turn}, wake_at = ${moved.wakeAt},
      error = ${moved.error && JSON.stringify(moved.error)}::text::jsonb, updated_at = ${at}, finished_at = ${moved.finishedAt}
    where id = ${saga.id}`;
  return moved;
}

/** Writes a step's row; gives the saga with it. */
export async function writeStep(
  sql: TransactionSql,
  saga: SagaRow,
  position: number,
  change: Partial<Omit<StepRow, 'position' | 'name' | 'idempotencyKey'>>,
): Promise<SagaRow> {
  const before = stepAt(saga, position);
  const step: StepRow = { ...before, ...change };
  await sql`
    update saga_steps set status = ${step.status}, attempts = ${step.attempts},
      failures = ${JSON.stringify(step.failures)}::text::jsonb,
      result = ${step.result && JSON.stringify(step.result)}::text::jsonb,
      error = ${step.error && JSON.stringify(step.error)}::text::jsonb,
      started_at = ${step.startedAt}, finished_at = ${step.finishedAt}
    where saga_id = ${saga.id} and position = ${position}`;
  return { ...saga, steps: saga.steps.map((one) => (one.position === position ? step : one)) };
}

export function stepAt(saga: SagaRow, position: number): StepRow {
  const step = saga.steps[position];
  if (!step) throw new Error(`${saga.type} has no step ${position}`);
  return step;
}

export async function writeLog(
  sql: TransactionSql,
  sagaId: string,
  entry: { step: string | null; what: string; detail?: string | null; actor?: string | null },
  now: Date,
): Promise<void> {
  await sql`
    insert into saga_log (saga_id, line, at, step, what, detail, actor)
    select ${sagaId}, coalesce(max(line), 0) + 1, ${now.toISOString()}, ${entry.step}, ${entry.what}, ${entry.detail ?? null}, ${entry.actor ?? null}
    from saga_log where saga_id = ${sagaId}`;
}

/** What the last line of a saga's log says. */
export async function lastWordOf(sql: TransactionSql, sagaId: string): Promise<string | null> {
  const [row] = await sql<{ what: string }[]>`
    select what from saga_log where saga_id = ${sagaId} order by line desc limit 1`;
  return row?.what ?? null;
}
