import { crc32 } from 'node:zlib';
import { type Ctx, inSavepoint, inTransaction, type TxCtx } from '#server/context/context.ts';
import { writeEventLetter } from '#server/queue/dead-letter.ts';
import { enqueueAll, jobIdOf } from '#server/queue/enqueue.ts';
import { type Failure, failureOf, isTransient } from '#server/queue/failure.ts';
import type { Reaction, Subscription } from './define.ts';
import { NewerEventError, readEvents } from './read.ts';
import type { StoredEvent } from './stored-event.ts';
import { advanceLane, type Lane, lockLane } from './subscription-table.ts';

const batchSize = 500;

export type Outcome =
  | { kind: 'moved'; events: StoredEvent[]; more: boolean; lag: number }
  | { kind: 'idle' }
  | { kind: 'paused' }
  | { kind: 'lost' };

/** An error that the whole batch should be tried again for: it says nothing about any one event. */
export const isRetryable = (error: unknown) => isTransient(error) || error instanceof NewerEventError;

/** Handles the next events of a lane: their effect and the checkpoint in one transaction. */
export async function nextBatch(ctx: Ctx, subscription: Subscription, lane: Lane, fencing: number): Promise<Outcome> {
  try {
    return await runBatch(ctx, subscription, lane, fencing, handle);
  } catch (error) {
    if (isRetryable(error)) throw error;
    // Some event in it cannot be handled: each for itself, so that the others are not held up.
    return runBatch(ctx, subscription, lane, fencing, handleOneByOne);
  }
}

type Handling = (tx: TxCtx, subscription: Subscription, events: StoredEvent[]) => Promise<void>;

function runBatch(ctx: Ctx, subscription: Subscription, lane: Lane, fencing: number, how: Handling): Promise<Outcome> {
  return inTransaction(ctx, async (tx): Promise<Outcome> => {
    const checkpoint = await lockLane(tx.sql, lane, fencing);
    if (!checkpoint) return { kind: 'lost' };
    if (checkpoint.status === 'paused') return { kind: 'paused' };
    if (checkpoint.head <= checkpoint.position) return { kind: 'idle' };
    const { position: after, head: upTo } = checkpoint;
    const read = await readEvents(tx.sql, { after, upTo, types: subscription.types, limit: batchSize });
    const events = read.filter((event) => laneOf(event.stream, lane.lanes) === lane.lane);
    const handled = events.length === 0 ? [] : await parkBlocked(tx, subscription, events);
    if (handled.length > 0) await how(tx, subscription, handled);
    const more = read.length === batchSize;
    // A reader of rare types moves to the head too, or it would look as if it lagged, and would search the gap again.
    const position = more ? (read.at(-1) as StoredEvent).position : upTo;
    await advanceLane(tx.sql, lane, position, events.at(-1)?.recordedAt ?? null);
    return { kind: 'moved', events, more, lag: upTo - position };
  });
}

/** The lane of a stream: the same in every process and release. */
export const laneOf = (stream: string, lanes: number) => (lanes === 1 ? 0 : crc32(stream) % lanes);

/** Events of streams that are blocked go behind what blocks them; gives the others. */
async function parkBlocked(tx: TxCtx, subscription: Subscription, events: StoredEvent[]): Promise<StoredEvent[]> {
  const streams = [...new Set(events.map((event) => event.stream))];
  const rows = await tx.sql<{ stream: string }[]>`
    select stream from blocked_streams where subscription = ${subscription.name} and stream = any(${streams}::text[])`;
  if (rows.length === 0) return events;
  const blocked = new Set(rows.map((row) => row.stream));
  for (const event of events) {
    if (blocked.has(event.stream)) await writeEventLetter(tx.sql, subscription.name, event, null);
  }
  return events.filter((event) => !blocked.has(event.stream));
}

export async function handle(tx: TxCtx, subscription: Subscription, events: StoredEvent[]): Promise<void> {
  if (subscription.kind === 'projection') return subscription.apply(tx, events);
  const jobs = events.flatMap((event) => jobOf(subscription, event) ?? []);
  const fresh = await enterInbox(
    tx,
    subscription.name,
    jobs.map((job) => job.cause.eventId),
  );
  await enqueueAll(
    tx,
    jobs.filter((job) => fresh.has(job.cause.eventId)),
  );
}

function jobOf(reaction: Reaction, event: StoredEvent) {
  const payload = reaction.payload(event);
  if (payload === null) return null;
  const key = reaction.key?.(event);
  return {
    queue: reaction.queue,
    id: jobIdOf(reaction.name, event.id),
    ...(key === undefined ? {} : { key }),
    payload,
    cause: { eventId: event.id, correlationId: event.correlationId, position: event.position },
  };
}

/** Events that this consumer has not handled before. The job's id says the same, but only until the job is cleared away. */
async function enterInbox(tx: TxCtx, consumer: string, eventIds: string[]): Promise<Set<string>> {
  if (eventIds.length === 0) return new Set();
  const rows = await tx.sql<{ event_id: string }[]>`
    insert into inbox (consumer, event_id) select ${consumer}, id from unnest(${eventIds}::uuid[]) as id
    on conflict do nothing returning event_id`;
  return new Set(rows.map((row) => row.event_id));
}

async function handleOneByOne(tx: TxCtx, subscription: Subscription, events: StoredEvent[]): Promise<void> {
  const blocked = new Set<string>();
  for (const event of events) {
    if (blocked.has(event.stream)) {
      await writeEventLetter(tx.sql, subscription.name, event, null);
      continue;
    }
    const failure = await tryOne(tx, subscription, event);
    if (!failure) continue;
    blocked.add(event.stream);
    await tx.sql`
      insert into blocked_streams (subscription, stream, since_position)
      values (${subscription.name}, ${event.stream}, ${event.position})`;
    await writeEventLetter(tx.sql, subscription.name, event, failure);
    const { id, position, type } = event;
    tx.log.error({ subscription: subscription.name, event: id, position, type, failure }, 'an event is a dead letter');
  }
}

/** Handles one event in a savepoint. Gives what is wrong with it, or null. */
export async function tryOne(tx: TxCtx, subscription: Subscription, event: StoredEvent): Promise<Failure | null> {
  try {
    await inSavepoint(tx, (inner) => handle(inner, subscription, [event]));
    return null;
  } catch (error) {
    if (isRetryable(error)) throw error;
    return failureOf(error);
  }
}
