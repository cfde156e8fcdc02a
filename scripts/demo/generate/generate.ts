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

/**
 * Generates members over two years up to `now` and writes them past the commands, in bulk. The same seed and `now` give the
 * same people and histories (ids differ). `onChunk` sees each thousand as it is written.
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
  let writing = Promise.resolve();
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
    // The next thousand are made while the database writes these.
    await writing;
    writing = writeMembers(sql, members).then(() => options.onChunk?.(members));
    writing.catch(() => {});
  }
  await writing;
  const position = await sequenceHistory(sql);
  await sql`analyze members, users, events, event_positions, streams`;
  return { members: options.members, events, position };
}
