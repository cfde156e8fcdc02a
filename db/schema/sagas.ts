import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/**
 * `running` and `waiting` go forward, `compensating` goes back; `stuck` waits for a person. `completed`, `failed` (all that
 * was done is undone) and `settled` (ended by a person's word) are the end.
 */
export const sagaStatuses = ['running', 'waiting', 'compensating', 'stuck', 'completed', 'failed', 'settled'] as const;
export type SagaStatus = (typeof sagaStatuses)[number];

export const stepStatuses = [
  'pending',
  'running',
  'waiting',
  'completed',
  'failed',
  'compensating',
  'compensated',
  'skipped',
  'stuck',
] as const;
export type StepStatus = (typeof stepStatuses)[number];

/** What went wrong, in words that may be kept: never a personal value. */
export interface SagaError {
  code: string;
  reason: string;
}

/** Work of several steps that must all happen or all be undone. Driven by jobs; any worker can go on with it. */
export const sagas = pgTable(
  'sagas',
  {
    id: uuid().primaryKey(),
    type: text().notNull(),
    /** The order, the transfer, the renewal that it is about. */
    subjectId: uuid().notNull(),
    memberId: uuid(),
    status: text({ enum: sagaStatuses }).notNull(),
    /** Position of the step that is under way, forwards or back. */
    step: integer().notNull(),
    /** Counts each move: a job or timer of an earlier turn does nothing. */
    turn: integer().notNull(),
    /** Ids and amounts, never personal values. */
    data: jsonb().notNull(),
    error: jsonb().$type<SagaError>(),
    wakeAt: at(),
    correlationId: uuid().notNull(),
    startedAt: at().notNull(),
    updatedAt: at().notNull(),
    finishedAt: at(),
  },
  (table) => [
    uniqueIndex('sagas_subject_key').on(table.type, table.subjectId),
    index('sagas_member').on(table.memberId, table.startedAt),
    index('sagas_open').on(table.status, table.updatedAt).where(sql`${table.finishedAt} is null`),
    index('sagas_started').on(table.startedAt, table.id),
    check(
      'sagas_status_known',
      sql`${table.status} in ('running','waiting','compensating','stuck','completed','failed','settled')`,
    ),
    check(
      'sagas_finished',
      sql`(${table.finishedAt} is not null) = (${table.status} in ('completed','failed','settled'))`,
    ),
  ],
);

export const sagaSteps = pgTable(
  'saga_steps',
  {
    sagaId: uuid()
      .notNull()
      .references(() => sagas.id),
    position: integer().notNull(),
    name: text().notNull(),
    status: text({ enum: stepStatuses }).notNull(),
    attempts: integer().notNull().default(0),
    /** Failed attempts by error class since the step last moved: what the retry policy counts. */
    failures: jsonb().$type<Record<string, number>>().notNull().default({}),
    idempotencyKey: text().notNull(),
    result: jsonb(),
    error: jsonb().$type<SagaError>(),
    startedAt: at(),
    finishedAt: at(),
  },
  (table) => [
    primaryKey({ columns: [table.sagaId, table.position] }),
    check(
      'saga_steps_status_known',
      sql`${table.status} in ('pending','running','waiting','completed','failed','compensating','compensated','skipped','stuck')`,
    ),
  ],
);

/** What happened to a saga, line by line: for the people who look into it. */
export const sagaLog = pgTable(
  'saga_log',
  {
    sagaId: uuid()
      .notNull()
      .references(() => sagas.id),
    line: integer().notNull(),
    at: at().notNull(),
    step: text(),
    what: text().notNull(),
    /** Codes and our own words; a person's words are sealed as `reason` for the saga's member. */
    detail: text(),
    actor: text(),
  },
  (table) => [primaryKey({ columns: [table.sagaId, table.line] })],
);
