import { defineProjection, type EventType, type Projection } from './define.ts';

/** The reader that keeps `member_events`. */
export const memberEventsName = 'member-events';

/** An event is about a member when its data says which: `data.memberId`. Keeps where those events stand, for every such type. */
export function memberEvents(catalogue: readonly EventType[]): Projection {
  return defineProjection({
    name: memberEventsName,
    types: catalogue.filter((one) => 'memberId' in one.data.shape).map((one) => one.type),
    async apply(ctx, events) {
      const about = events.filter((event) => typeof event.data.memberId === 'string');
      if (about.length === 0) return;
      await ctx.sql`
        insert into member_events (member_id, position)
        select * from unnest(${about.map((event) => String(event.data.memberId))}::uuid[],
          ${about.map((event) => event.position)}::bigint[])
        on conflict do nothing`;
    },
  });
}
