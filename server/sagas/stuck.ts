import type { Queryable } from '#db/client.ts';
import { subjectNumbers } from './subjects.ts';

/** What waits for somebody, the longest first: at most `limit`, and how many there are in all. Times RFC 3339 UTC. */
export async function stuckSagas(sql: Queryable, limit: number) {
  const rows = await sql<{ id: string; type: string; subjectId: string; step: string; at: string; count: number }[]>`
    select s.id, s.type, s.subject_id as "subjectId", s.updated_at as at, count(*) over ()::int as count,
      (select t.name from saga_steps t where t.saga_id = s.id and t.position = s.step) as step
    from sagas s where s.status = 'stuck' order by s.updated_at limit ${limit}`;
  const numbers = await subjectNumbers(sql, rows);
  return {
    count: rows[0]?.count ?? 0,
    oldest: rows.map(({ count: _, at, ...rest }) => ({
      ...rest,
      subjectNumber: numbers.get(rest.subjectId) ?? null,
      at: new Date(at).toISOString(),
    })),
  };
}
