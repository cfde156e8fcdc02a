import type { Queryable } from '#db/client.ts';
import { writeAudit } from '#server/audit/commands.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, createContext, inTransaction, type TxCtx } from '#server/context/context.ts';
import type { PartnerQueue, Queue } from './define.ts';
import { jobsChannel } from './enqueue.ts';
import { failureOf } from './failure.ts';

/** What paused a flow by itself: only this resumes by itself, what a person paused stays paused. */
const byCredentials = 'credentials';

export async function pausedFlows(sql: Queryable): Promise<Set<string>> {
  const rows = await sql<{ name: string }[]>`select name from flows where status = 'paused'`;
  return new Set(rows.map((row) => row.name));
}

/** Pauses a flow because the partner refuses our credentials. Said once, however many jobs find out; true for the first. */
export async function pauseFlow(tx: TxCtx, flow: string, reason: string): Promise<boolean> {
  const changed = await tx.sql`
    insert into flows as f (name, status, reason, changed_at, changed_by)
    values (${flow}, 'paused', ${reason}, clock_timestamp(), ${byCredentials})
    on conflict (name) do update set status = 'paused', reason = excluded.reason, changed_at = excluded.changed_at,
      changed_by = excluded.changed_by
    where f.status = 'running'
    returning 1`;
  if (changed.length === 0) return false;
  await writeAudit(tx, { action: 'flow.pause', resourceType: 'flow', resourceId: flow, reason });
  tx.log.error({ flow, reason }, 'our credentials were refused: the flow is paused, its jobs stay queued');
  return true;
}

/** Tries our credentials on every flow that was paused for them; those that are accepted flow again. */
export async function testPausedFlows(app: App, queues: readonly Queue[]): Promise<void> {
  const { sql } = app.database;
  const rows = await sql<{ name: string }[]>`
    select name from flows where status = 'paused' and changed_by = ${byCredentials}`;
  for (const { name } of rows) {
    const queue = queues.find((candidate): candidate is PartnerQueue => isOf(candidate, name));
    if (queue) await testFlow(createContext(app, { actor: { kind: 'system', name: `flow:${name}` } }), queue);
  }
}

const isOf = (queue: Queue, flow: string) => queue.kind === 'partner' && queue.flow === flow;

async function testFlow(ctx: Ctx, queue: PartnerQueue): Promise<void> {
  try {
    await queue.test(ctx);
  } catch (error) {
    ctx.log.info({ flow: queue.flow, failure: failureOf(error) }, 'the flow stays paused');
    return;
  }
  await inTransaction(ctx, async (tx) => {
    const changed = await tx.sql`
      update flows set status = 'running', reason = null, changed_at = clock_timestamp()
      where name = ${queue.flow} and status = 'paused' and changed_by = ${byCredentials} returning 1`;
    if (changed.length === 0) return;
    await writeAudit(tx, { action: 'flow.resume', resourceType: 'flow', resourceId: queue.flow });
  });
  await ctx.sql`select pg_notify(${jobsChannel}, ${queue.name})`;
  ctx.log.info({ flow: queue.flow }, 'our credentials are accepted again: the flow runs');
}
