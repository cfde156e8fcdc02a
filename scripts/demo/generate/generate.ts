import type { App } from '#server/context/app.ts';
import { buildMember } from './build.ts';
import type { GeneratedMember } from './member.ts';
import { makePerson } from './people.ts';
import { createRandom } from './random.ts';
import { sequenceHistory, writeMembers } from './write.ts';

export interface Generated {
  members: number;
  events: number;
  /** The position of the last event. */
  position: number;
}

const chunk = 1_000;
/** Thousands that are written at once, each in a transaction of its own, while the next one is made. */
const writers = 3;

/**
 * Generates members over two years up to `now` and writes them past the commands, in bulk. The same seed and `now` give the
 * same people and histories (ids differ). `onChunk` sees each thousand once it is
 * written, in order.
 */
export async function generateMembers(
  app: App,
  options: { members: number; seed: number; now: number; onChunk?: (members: GeneratedMember[]) => Promise<void> },
): Promise<Generated> {
  const { sql } = app.database;
  const random = createRandom(options.seed);
  const months = 26;
  const firstMonth = new Date(options.now - 760 * 86_400_000).toISOString().slice(0, 10);
  await sql`select ensure_event_partitions(${firstMonth}::date, ${months + 3})`;
  const [numbers] = await sql<{ first: number; account: number }[]>`
    select setval('member_numbers', nextval('member_numbers') + ${options.members})::bigint - ${options.members} as first,
      setval('account_numbers', nextval('account_numbers') + ${options.members})::bigint - ${options.members} as account`;
  let events = 0;
  const writing: Promise<void>[] = [];
  for (let done = 0; done < options.members; done += chunk) {
    const members = Array.from({ length: Math.min(chunk, options.members - done) }, (_, offset) =>
      buildMember(
        app,
        makePerson(random, done + offset, options.now),
        (numbers?.first ?? 1) + done + offset,
        (numbers?.account ?? 1) + done + offset,
      ),
    );
    events += members.reduce((sum, member) => sum + member.events.length, 0);
    if (writing.length === writers) await writing.shift();
    // Seen in order, whichever is written first: what `onChunk` makes of a seed is the same then.
    const written = Promise.all([writeMembers(sql, members), writing.at(-1)]).then(() => options.onChunk?.(members));
    // Waited for in its turn: one that fails before that is no unhandled rejection.
    written.catch(() => {});
    writing.push(written);
  }
  await Promise.all(writing);
  const position = await sequenceHistory(sql);
  await sql`analyze members, users, events, event_positions, streams`;
  return { members: options.members, events, position };
}
