import { defineProjection } from '#server/events/define.ts';
import { measured } from './append.event.ts';

export const viewTable = 'create table bench_view (n int primary key, position bigint not null)';

/** A read model as simple as they come: one row per event, written in sets. */
export const view = defineProjection({
  name: 'bench-view',
  types: [measured.type],
  async apply(tx, events) {
    const rows = events.map((event) => ({ n: event.data.n, position: event.position }));
    await tx.sql`
      insert into bench_view (n, position)
      select n, position from json_to_recordset(${JSON.stringify(rows)}::text::json) as r (n int, position bigint)`;
  },
});
