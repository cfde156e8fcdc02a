import type { Ctx } from '#server/context/context.ts';

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
