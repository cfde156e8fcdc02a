import { v7 as uuidv7 } from 'uuid';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { append } from '#server/events/append.ts';
import './events.ts';
import { type Partner, PartnerError } from './partner-error.ts';

export interface PartnerCall {
  system: Partner;
  operation: string;
  memberId: string | null;
  jobId?: string | null;
}

/**
 * Makes a call to a partner and keeps account of it: metric, and a row that the console shows (no bodies, no personal
 * values). The row of a call that failed is written at once, that of one that succeeded with what `record` writes.
 */
export async function callPartner<T>(
  ctx: Ctx,
  call: PartnerCall,
  work: () => Promise<T>,
): Promise<{ result: T; record: (tx: TxCtx) => Promise<void> }> {
  const started = performance.now();
  const finish = (outcome: string) => {
    const ms = performance.now() - started;
    ctx.app.metrics.partnerDuration.observe({ system: call.system, operation: call.operation, outcome }, ms / 1000);
    return Math.round(ms);
  };
  try {
    const result = await work();
    const ms = finish('ok');
    return { result, record: (tx) => writeCall(tx, call, 'ok', ms, null) };
  } catch (error) {
    const ms = finish('failed');
    await writeCall(ctx, call, 'failed', ms, error instanceof PartnerError ? error : null);
    if (error instanceof PartnerError && call.memberId) await noteFailure(ctx, call.memberId, error);
    throw error;
  }
}

async function writeCall(ctx: Ctx, call: PartnerCall, outcome: string, ms: number, error: PartnerError | null) {
  await ctx.sql`
    insert into partner_calls (id, at, system, operation, member_id, outcome, error_class, reason, duration_ms, correlation_id, job_id)
    values (${uuidv7()}, ${ctx.now().toISOString()}, ${call.system}, ${call.operation}, ${call.memberId}, ${outcome},
      ${error?.errorClass ?? null}, ${error?.reason ?? null}, ${ms}, ${ctx.correlationId}, ${call.jobId ?? null})`;
}

async function noteFailure(ctx: Ctx, memberId: string, error: PartnerError) {
  await ctx.sql`
    update sync_states set last_error_class = ${error.errorClass}, last_error = ${error.reason}, last_error_at = now()
    where member_id = ${memberId} and system = ${error.partner}`;
}

/** A partner has acknowledged a version of a member: the state and its event, in the caller's transaction. */
export async function recordSynced(
  tx: TxCtx,
  sync: { system: 'legacy' | 'crm'; memberId: string; recordId: string; version: number },
): Promise<void> {
  await tx.sql`
    insert into sync_states (member_id, system, record_id, ack_version, ack_at)
    values (${sync.memberId}, ${sync.system}, ${sync.recordId}, ${sync.version}, ${tx.now().toISOString()})
    on conflict (member_id, system) do update
      set record_id = excluded.record_id, ack_version = greatest(sync_states.ack_version, excluded.ack_version),
        ack_at = excluded.ack_at, last_error_class = null, last_error = null, last_error_at = null`;
  await append(tx, `sync-${sync.system}-${sync.memberId}`, 'any', [{ type: 'sync.completed', data: sync }]);
}

/** A partner will not take a member without help: what the dead letter's event says. */
export async function recordSyncFailed(
  ctx: Ctx,
  failure: { system: 'legacy' | 'crm'; memberId: string; error: PartnerError },
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await append(tx, `sync-${failure.system}-${failure.memberId}`, 'any', [
      {
        type: 'sync.failed',
        data: {
          memberId: failure.memberId,
          system: failure.system,
          class: failure.error.errorClass,
          reason: failure.error.reason.slice(0, 300),
        },
      },
    ]);
  });
}
