import { v7 as uuidv7 } from 'uuid';
import { expect, it } from 'vitest';
import { accessEvents } from '#server/access/events.ts';
import { inTransaction } from '#server/context/context.ts';
import { memberEvents as memberTypes } from '#server/members/events.ts';
import { testApp } from '#test/database.ts';
import { append } from './append.ts';
import { nextBatch } from './batch.ts';
import { memberEvents } from './member-events.ts';
import { listEvents } from './queries.ts';
import { headPosition } from './read.ts';
import { eventCatalogue } from './registry.ts';
import { nextStretch, type Selection } from './select.ts';
import { sequenceAll, systemContext } from './store.testing.ts';
import { ensureSubscriptions, type Lane, takeLane } from './subscription-table.ts';

const app = testApp();
const sql = () => app.current.database.sql;
const reader = memberEvents(eventCatalogue([accessEvents, memberTypes]));

/** Views of pages in streams that do not say whose they are, as a producer sends them. */
async function views(memberId: string, ...paths: string[]): Promise<void> {
  for (const path of paths) {
    const data = { memberId, path };
    await inTransaction(systemContext(app.current), (tx) =>
      append(tx, `ext-portal-${path}`, 'any', [{ type: 'page.viewed', data }]),
    );
  }
  await sequenceAll(sql());
}

async function readOn(): Promise<void> {
  const [lane] = await ensureSubscriptions(sql(), [reader]);
  const fencing = await takeLane(sql(), lane as Lane, 'test');
  await sql()`update subscriptions set expires_at = '-infinity'`;
  await nextBatch(systemContext(app.current), reader, lane as Lane, fencing ?? 0);
}

const pathsOf = (events: { data: Readonly<Record<string, unknown>> }[]) => events.map(({ data }) => data.path);

/** Everything from a position on, as a stream that is taken up again reads it. */
async function resumed(selection: Selection, after: number): Promise<unknown[]> {
  const paths: unknown[] = [];
  const head = await headPosition(sql());
  for (let position = after; position < head; ) {
    const { events, through } = await nextStretch(sql(), selection, position, head);
    expect(through).toBeGreaterThan(position);
    paths.push(...pathsOf(events));
    position = through;
  }
  return paths;
}

it('reads every type that says which member it is about', () => {
  expect(reader.types).toEqual(
    expect.arrayContaining(['member.registered', 'page.viewed', 'session.started', 'user.roles.changed']),
  );
  expect(reader.types).not.toContain('client.created');
});

it('lists the events about a member, in whatever stream, oldest or newest first, page by page', async () => {
  const [ada, bob] = [uuidv7(), uuidv7()];
  const ctx = systemContext(app.current);
  await views(ada, 'a1', 'a2');
  await views(bob, 'b1');
  await inTransaction(ctx, (tx) =>
    append(tx, `activity-${ada}`, 'any', [{ type: 'profile.viewed', data: { memberId: ada } }]),
  );
  await views(ada, 'a3', 'a4');
  await readOn();
  const pages = async (filter: object) => {
    const found: unknown[][] = [];
    for (let cursor: number | undefined; ; ) {
      const page = await listEvents(ctx, { memberId: ada, limit: 2, cursor, ...filter });
      found.push(page.data.map((event) => event.data.path ?? event.type));
      if (page.next === null) return found;
      cursor = page.next;
    }
  };
  expect(await pages({})).toEqual([['a1', 'a2'], ['profile.viewed', 'a3'], ['a4']]);
  expect(await pages({ order: 'desc' })).toEqual([['a4', 'a3'], ['profile.viewed', 'a2'], ['a1']]);
  expect(await pages({ order: 'desc', type: 'page.viewed' })).toEqual([
    ['a4', 'a3'],
    ['a2', 'a1'],
  ]);
  expect(await pages({ memberId: bob })).toEqual([['b1']]);
  expect(await pages({ stream: 'ext-portal-a3' })).toEqual([['a3']]);
  expect(await pages({ stream: 'ext-portal-b1' })).toEqual([[]]);
  const [third] = (await listEvents(ctx, { memberId: ada, type: 'profile.viewed', limit: 1 })).data;
  expect(await pages({ after: third?.position, order: 'desc' })).toEqual([['a4', 'a3']]);
  expect(await pages({ from: third?.recordedAt })).toEqual([['profile.viewed', 'a3'], ['a4']]);
  expect(await pages({ to: third?.recordedAt, order: 'desc' })).toEqual([['a2', 'a1']]);
});

it('lists any other events newest first too', async () => {
  const ada = uuidv7();
  await views(ada, 'n1', 'n2', 'n3');
  const ctx = systemContext(app.current);
  const first = await listEvents(ctx, { type: 'page.viewed', order: 'desc', limit: 2 });
  expect(pathsOf(first.data)).toEqual(['n3', 'n2']);
  const second = await listEvents(ctx, { type: 'page.viewed', order: 'desc', limit: 1, cursor: first.next ?? 0 });
  expect(pathsOf(second.data)).toEqual(['n1']);
  const correlationId = first.data[0]?.correlationId ?? '';
  expect(pathsOf((await listEvents(ctx, { correlationId, order: 'desc', limit: 9 })).data)).toEqual(['n3']);
});

it('takes a member’s events up again without a gap, wherever the reader is', async () => {
  const [ada, bob] = [uuidv7(), uuidv7()];
  await sql()`delete from subscriptions`;
  await sql()`truncate member_events`;
  const start = await headPosition(sql());
  await views(ada, 'r1');
  await views(bob, 'other1');
  await views(ada, 'r2');
  const selection = { memberId: ada };
  // Nobody has kept anything yet.
  expect(await resumed(selection, start)).toEqual(['r1', 'r2']);
  await readOn();
  await views(bob, 'other2');
  await views(ada, 'r3');
  // The reader has kept the first two and has not been at the third.
  expect(await sql()`select 1 from member_events where member_id = ${ada}`).toHaveLength(2);
  expect(await resumed(selection, start)).toEqual(['r1', 'r2', 'r3']);
  expect(await resumed(selection, start + 1)).toEqual(['r2', 'r3']);
  expect(await resumed({ ...selection, type: 'profile.viewed' }, start)).toEqual([]);
  await readOn();
  expect(await resumed(selection, start)).toEqual(['r1', 'r2', 'r3']);
});

it('takes a long stream up again in stretches', async () => {
  const paths = Array.from({ length: 1_203 }, (_, n) => `long${n}`);
  const ada = uuidv7();
  const start = await headPosition(sql());
  await inTransaction(systemContext(app.current), async (tx) => {
    await append(
      tx,
      'ext-portal-long',
      'new',
      paths.map((path) => ({ type: 'page.viewed', data: { memberId: ada, path } })),
    );
  });
  await sequenceAll(sql());
  for (const selection of [{ stream: 'ext-portal-long' }, { memberId: ada }, { type: 'page.viewed' }, {}])
    expect(await resumed(selection, start)).toEqual(paths);
});
