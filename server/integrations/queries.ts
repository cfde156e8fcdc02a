import type { Ctx } from '#server/context/context.ts';
import type { Partner } from './partner-error.ts';

export interface SyncState {
  system: string;
  recordId: string | null;
  acknowledgedVersion: number;
  acknowledgedAt: string | null;
  wantedVersion: number;
  lastError: string | null;
}

const iso = (value: string | null) => value && new Date(value).toISOString();

/** Where each partner stands with a member. */
export async function syncStatesOf(ctx: Ctx, memberId: string): Promise<SyncState[]> {
  const rows = await ctx.sql<SyncState[]>`
    select system, record_id as "recordId", ack_version as "acknowledgedVersion", ack_at as "acknowledgedAt",
      wanted_version as "wantedVersion", last_error as "lastError"
    from sync_states where member_id = ${memberId} order by system`;
  return rows.map((row) => ({ ...row, acknowledgedAt: iso(row.acknowledgedAt) }));
}

export interface FlowStatus {
  system: Partner;
  /** `stopped`: work waits and nothing gets through. */
  state: 'flowing' | 'idle' | 'failing' | 'paused' | 'stopped';
  /** Calls that succeeded in the last five minutes, per minute. */
  perMinute: number;
  /** 95th percentile of their duration, in milliseconds. */
  p95Ms: number | null;
  /** Records or mails that wait. */
  waiting: number;
  lastError: string | null;
  /** Since when it is paused, or when it last failed. */
  since: string | null;
}

interface CallRow {
  system: Partner;
  ok: number;
  failed: number;
  p95: number | null;
  lastError: string | null;
  lastFailedAt: string | null;
  lastOkAt: string | null;
}

const systems: readonly Partner[] = ['legacy', 'crm', 'mail', 'gateway'];

/**
 * How each partner's flow is doing, from the calls of the last five minutes, what waits, and whether it is paused.
 * `elsewhere`: how much waits that only its domain can count.
 */
export async function flowStatuses(ctx: Ctx, elsewhere: Partial<Record<Partner, number>>): Promise<FlowStatus[]> {
  const { sql } = ctx;
  const [calls, waiting, paused] = await Promise.all([
    sql<CallRow[]>`
      select system, count(*) filter (where outcome = 'ok')::int as ok, count(*) filter (where outcome = 'failed')::int as failed,
        percentile_cont(0.95) within group (order by duration_ms) filter (where outcome = 'ok')::float8 as p95,
        (array_agg(reason order by at desc) filter (where outcome = 'failed'))[1] as "lastError",
        max(at) filter (where outcome = 'failed') as "lastFailedAt", max(at) filter (where outcome = 'ok') as "lastOkAt"
      from partner_calls where at > now() - interval '5 minutes' group by system`,
    waitingWork(ctx),
    sql<{ name: string; reason: string | null; changedAt: string }[]>`
      select name, reason, changed_at as "changedAt" from flows where status = 'paused'`,
  ]);
  return systems.map((system) => {
    const call = calls.find((row) => row.system === system);
    const pause = paused.find((row) => row.name === system);
    const waits = waiting.find((row) => row.system === system)?.waiting ?? elsewhere[system] ?? 0;
    return {
      system,
      state: pause ? 'paused' : stateOf(call, waits),
      perMinute: Math.round(((call?.ok ?? 0) / 5) * 10) / 10,
      p95Ms: call?.p95 == null ? null : Math.round(call.p95),
      waiting: waits,
      lastError: pause?.reason ?? call?.lastError ?? null,
      since: iso(pause?.changedAt ?? call?.lastFailedAt ?? null),
    };
  });
}

/**
 * What will still be sent: not what lies among the dead letters or was given up. That waits for a person or for nobody, and
 * counted here it would show a partner that works as stopped, for ever.
 */
function waitingWork(ctx: Ctx): Promise<{ system: Partner; waiting: number }[]> {
  return ctx.sql<{ system: Partner; waiting: number }[]>`
    select system, count(*)::int as waiting from sync_states s
    where ack_version < wanted_version and not exists (
      select from dead_letters d
      where d.member_id = s.member_id and d.kind = 'job' and d.queue = 'sync-' || s.system
        and (d.status = 'open' or (d.status = 'dismissed' and (d.payload->>'version')::int >= s.wanted_version)))
    group by system
    union all
    select 'mail', count(*)::int from mails m
    where m.status = 'queued' and not exists (
      select from dead_letters d
      where d.kind = 'job' and d.queue = 'mail' and d.status in ('open', 'dismissed')
        and coalesce(d.payload->>'mailId', d.job_id::text) = m.id::text)`;
}

function stateOf(call: CallRow | undefined, waiting: number): FlowStatus['state'] {
  if (!call) return waiting > 0 ? 'stopped' : 'idle';
  const failedLast = call.lastFailedAt !== null && (call.lastOkAt === null || call.lastFailedAt > call.lastOkAt);
  if (failedLast) return call.lastOkAt === null || waiting > 0 ? 'stopped' : 'failing';
  return call.ok > 0 ? 'flowing' : 'idle';
}

export interface MemberCall {
  at: string;
  system: string;
  operation: string;
  outcome: string;
}

/** The calls to partners that were about a member, oldest first. */
export async function partnerCallsOf(ctx: Ctx, memberId: string): Promise<MemberCall[]> {
  const rows = await ctx.sql<MemberCall[]>`
    select at, system, operation, outcome from partner_calls where member_id = ${memberId} order by at`;
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
}
