import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { laneOf, tryOne } from './batch.ts';
import type { Subscription } from './define.ts';
import { readEvent } from './read.ts';
import { type Lane, lockLane } from './subscription-table.ts';

/**
 * Handles again, in order, what waits for the blocked streams that someone asked to redrive. A stream whose events all
 * went through flows again; at the first that fails again the rest stays where it is. Run by the lane's holder between two
 * batches, so no newer event of the stream can get in between.
 */
export async function redriveRequested(ctx: Ctx, subscription: Subscription, lane: Lane, fencing: number) {
  const requested = await ctx.sql<{ stream: string }[]>`
    select stream from blocked_streams where subscription = ${subscription.name} and redrive_requested_at is not null
    order by redrive_requested_at`;
  for (const { stream } of requested) {
    if (laneOf(stream, lane.lanes) !== lane.lane) continue;
    await inTransaction(ctx, async (tx) => {
      const checkpoint = await lockLane(tx.sql, lane, fencing);
      if (!checkpoint || checkpoint.status === 'paused') return;
      await redriveStream(tx, subscription, stream);
    });
  }
}

async function redriveStream(tx: TxCtx, subscription: Subscription, stream: string): Promise<void> {
  const letters = await tx.sql<{ id: string; event_id: string }[]>`
    select id, event_id from dead_letters
    where queue = ${subscription.name} and key = ${stream} and kind = 'event' and status = 'open'
    order by event_position for update`;
  for (const letter of letters) {
    const event = await readEvent(tx.sql, letter.event_id);
    if (!event) throw new Error(`the event of dead letter ${letter.id} is gone`);
    const failure = await tryOne(tx, subscription, event);
    if (failure) {
      await tx.sql`
        update dead_letters set tail = false, error = ${failure.reason}, error_class = ${failure.class},
          attempts = attempts + 1, redrives = redrives + 1 where id = ${letter.id}`;
      await tx.sql`
        update blocked_streams set redrive_requested_at = null
        where subscription = ${subscription.name} and stream = ${stream}`;
      return;
    }
    await tx.sql`
      update dead_letters set status = 'redriven', status_at = clock_timestamp(), redrives = redrives + 1
      where id = ${letter.id}`;
  }
  await tx.sql`delete from blocked_streams where subscription = ${subscription.name} and stream = ${stream}`;
}
