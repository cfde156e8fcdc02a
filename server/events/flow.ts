import type { Queryable } from '#db/client.ts';

/** Events a minute over the last hour, the running minute last; minutes without events count zero. */
export async function eventSeries(sql: Queryable): Promise<Array<{ at: string; events: number }>> {
  const rows = await sql<{ at: string; events: number }[]>`
    with minutes as (
      select generate_series(date_trunc('minute', now()) - interval '59 minutes', date_trunc('minute', now()), interval '1 minute') as at
    ), counted as (
      select date_trunc('minute', recorded_at) as at, count(*)::int as events
      from event_positions where recorded_at >= date_trunc('minute', now()) - interval '59 minutes' group by 1
    )
    select m.at, coalesce(c.events, 0) as events from minutes m left join counted c using (at) order by m.at`;
  return rows.map((row) => ({ at: new Date(row.at).toISOString(), events: row.events }));
}

/** How long events of the last hour took until readers could see them, in milliseconds; null without any. */
export async function visibleDelay(sql: Queryable): Promise<{ visibleP95Ms: number | null; visibleCount: number }> {
  const [row] = await sql<{ p95: number | null; count: number }[]>`
    select percentile_cont(0.95) within group (order by extract(epoch from sequenced_at - recorded_at) * 1000)::float8 as p95,
      count(*)::int as count
    from event_positions where recorded_at >= now() - interval '1 hour'`;
  return { visibleP95Ms: row?.p95 == null ? null : Math.round(row.p95), visibleCount: row?.count ?? 0 };
}

/** How many events of each type were written since midnight UTC. */
export async function countToday(sql: Queryable, types: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ type: string; count: number }[]>`
    select type, count(*)::int as count from event_positions
    where recorded_at >= date_trunc('day', now()) and type = any(${[...types]}) group by type`;
  return new Map(rows.map(({ type, count }) => [type, count]));
}
