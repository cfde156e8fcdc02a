import { defineProjection } from '#server/events/define.ts';

const systems = ['legacy', 'crm'] as const;

/** Events that change the record which partners hold a copy of. Each carries `memberId` and `version`. */
export const recordChangedTypes = [
  'member.registered',
  'member.verified',
  'member.profile.updated',
  'member.status.changed',
  'member.extended',
  'member.membership.updated',
  'member.erased',
];

/** Keeps the wanted half of `sync_states`: which version each partner should have by now. The other half is written when a partner answers. */
const syncStates = defineProjection({
  name: 'sync-states',
  types: recordChangedTypes,
  async apply(ctx, events) {
    const wanted = new Map<string, { version: number; at: string }>();
    for (const event of events) {
      wanted.set(String(event.data.memberId), { version: Number(event.data.version), at: event.recordedAt });
    }
    const ids = [...wanted.keys()];
    for (const system of systems) {
      await ctx.sql`
        insert into sync_states (member_id, system, wanted_version, wanted_at)
        select id, ${system}, version, at
        from unnest(${ids}::uuid[], ${ids.map((id) => wanted.get(id)?.version ?? 0)}::int[],
          ${ids.map((id) => wanted.get(id)?.at ?? '')}::text[]::timestamptz[]) as t (id, version, at)
        on conflict (member_id, system) do update
          set wanted_version = excluded.wanted_version, wanted_at = excluded.wanted_at
          where sync_states.wanted_version < excluded.wanted_version`;
    }
  },
});

export const projections = [syncStates];
