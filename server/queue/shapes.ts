import { z } from 'zod';
import { id, pageQuery, textWithIds, timestamp } from '#server/gateway/shapes.ts';

export const deadLetter = z.strictObject({
  id,
  kind: z.enum(['job', 'event']),
  /** The queue, or the subscription that could not handle the event. */
  queue: z.string(),
  /** The record or stream whose order it holds up. */
  key: z.string().nullable(),
  /** Waits behind an earlier one of the same record; did not fail itself. */
  tail: z.boolean(),
  eventId: id.nullable(),
  error: z.string(),
  errorClass: z.string(),
  fingerprint: z.string(),
  attempts: z.int(),
  redrives: z.int(),
  correlationId: id,
  memberId: id.nullable(),
  status: z.enum(['open', 'redriven', 'dismissed']),
  statusReason: z.string().nullable(),
  statusBy: z.string().nullable(),
  statusAt: timestamp.nullable(),
  createdAt: timestamp,
});
export type DeadLetter = z.output<typeof deadLetter>;
export const wholeDeadLetter = deadLetter.extend({ payload: z.record(z.string(), z.unknown()) });
export type WholeDeadLetter = z.output<typeof wholeDeadLetter>;

export const deadLetterGroup = z.strictObject({
  fingerprint: z.string(),
  queue: z.string(),
  error: z.string(),
  errorClass: z.string(),
  letters: z.int(),
  /** The id of its letter, where there is one alone. */
  only: z.string().nullable(),
  /** Others that wait behind them. */
  waiting: z.int(),
  oldestAt: timestamp,
  newestAt: timestamp,
});
export type DeadLetterGroup = z.output<typeof deadLetterGroup>;

export const job = z.strictObject({
  id,
  queue: z.string(),
  key: z.string().nullable(),
  state: z.enum(['created', 'retry', 'active', 'completed', 'cancelled', 'failed']),
  /** Failed ones so far. */
  attempts: z.int(),
  /** When it is tried next, or was asked to be tried first. */
  nextTryAt: timestamp.nullable(),
  lastError: z.strictObject({ class: z.string(), reason: z.string(), at: z.string() }).nullable(),
  eventId: id.nullable(),
  correlationId: id.nullable(),
  createdAt: timestamp,
});
export type Job = z.output<typeof job>;

export const queueStatus = z.strictObject({
  queue: z.string(),
  /** Ready to be worked on. */
  waiting: z.int(),
  /** Put off to a later time, after a failure or on purpose. */
  later: z.int(),
  active: z.int(),
  oldestWaitingSeconds: z.number(),
  deadLetters: z.int(),
});
export type QueueStatus = z.output<typeof queueStatus>;

export const deadLetterQuery = z.strictObject({
  ...pageQuery,
  queue: z.string().max(100).optional(),
  status: z.enum(['open', 'redriven', 'dismissed']).optional(),
  kind: z.enum(['job', 'event']).optional(),
  key: textWithIds(200).optional(),
  fingerprint: z.string().max(100).optional(),
  memberId: id.optional(),
  correlationId: id.optional(),
});

export const jobQuery = z.strictObject({
  ...pageQuery,
  queue: z.string().max(100).optional(),
  key: textWithIds(200).optional(),
  correlationId: id.optional(),
});

export const redriveResults = z.strictObject({
  results: z.array(
    z.strictObject({
      id,
      redriven: z.int(),
      /** Why it could not be, if it could not. */
      problem: z.string().nullable(),
    }),
  ),
});
