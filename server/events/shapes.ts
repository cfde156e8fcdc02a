import { z } from 'zod';
import { id, listOf, textWithIds, timestamp, wholeNumber } from '#server/gateway/shapes.ts';

/** An event as it leaves: personal values in `data` stay sealed for everyone. */
export const eventView = z.strictObject({
  position: z.int(),
  id,
  stream: z.string(),
  version: z.int(),
  type: z.string(),
  schemaVersion: z.int(),
  data: z.record(z.string(), z.unknown()),
  correlationId: id,
  causationId: id.nullable(),
  actor: z.strictObject({ kind: z.string(), id: z.string().nullable() }),
  source: z.string(),
  occurredAt: timestamp,
  recordedAt: timestamp,
});
export const eventList = listOf(eventView);

export const subscriptionView = z.strictObject({
  name: z.string(),
  kind: z.enum(['projection', 'reaction']),
  /** Everything up to here has been handled, or is parked. */
  position: z.int(),
  /** Events before it that it reads; of more than 10,000 events before it, those of other types count too. */
  lag: z.int(),
  /** Age of the oldest of them; 0 when there is none. */
  lagSeconds: z.number(),
  /**
   * `idle`: nothing to do. `running`: catching up. `stuck`: has events before it and does not move, or nobody reads it.
   * `failing`: cannot get on and keeps trying. `paused`: by a person.
   */
  status: z.enum(['idle', 'running', 'stuck', 'failing', 'paused']),
  error: z.string().nullable(),
  /** Streams that wait behind a dead letter. */
  blockedStreams: z.int(),
});
export type SubscriptionView = z.output<typeof subscriptionView>;
export const subscriptionList = listOf(subscriptionView);

export const schemaView = z.strictObject({
  type: z.string(),
  version: z.int(),
  schema: z.record(z.string(), z.unknown()),
  producers: z.array(z.string()),
  registeredAt: timestamp,
});

/** Which events: for the list and for the stream alike. */
export const eventSelection = {
  type: z.string().max(100).optional(),
  stream: textWithIds(200).optional(),
  correlationId: id.optional(),
  memberId: id.optional().describe('events about this member'),
};

export const eventsQuery = z.strictObject({
  ...eventSelection,
  from: timestamp.optional(),
  to: timestamp.optional(),
  after: wholeNumber(0).optional().describe('a position: only events after it'),
  order: z.enum(['asc', 'desc']).default('asc').describe('desc: the newest first'),
  limit: wholeNumber(1, 200).default(50),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'is not a cursor of this list')
    .optional(),
});
