import { z } from 'zod';
import { sagaStatuses, stepStatuses } from '#db/schema/sagas.ts';
import { id, listOf, timestamp } from '#server/gateway/shapes.ts';
import { sagaActions } from './rules.ts';

const sagaError = z.strictObject({ code: z.string(), reason: z.string() });

/** A step as everyone may see it who may see what the saga is about. */
export const stepView = z.strictObject({
  name: z.string(),
  status: z.enum(stepStatuses),
  attempts: z.int(),
  startedAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
  error: sagaError.optional(),
});

const summary = z.strictObject({
  id,
  type: z.string(),
  subjectId: id,
  subjectNumber: z.string().nullable().describe('what people call it: O-000093'),
  memberId: id.nullable(),
  memberNumber: z.string().nullable(),
  memberName: z.string().nullable().describe('null of somebody who was erased'),
  status: z.enum(sagaStatuses),
  step: z.string(),
  error: sagaError.nullable(),
  wakeAt: timestamp.nullable(),
  correlationId: id,
  startedAt: timestamp,
  updatedAt: timestamp,
  finishedAt: timestamp.nullable(),
});

export const sagaList = listOf(summary);

export const sagaView = summary.extend({
  steps: z.array(stepView.extend({ idempotencyKey: z.string(), skippable: z.boolean() })),
  log: z.array(
    z.strictObject({
      at: timestamp,
      step: z.string().nullable(),
      what: z.string(),
      detail: z.string().nullable(),
      actor: z.string().nullable(),
    }),
  ),
  /** What the caller may do with it at this moment without harm. */
  actions: z.array(z.enum(sagaActions)),
});

export const partnerWords = z.strictObject({
  data: z.array(
    z.strictObject({
      system: z.string(),
      about: z.string(),
      says: z.record(z.string(), z.unknown()).nullable(),
      error: z.string().nullable(),
    }),
  ),
});
