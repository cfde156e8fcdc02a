import { expect, it } from 'vitest';
import { headPosition } from '#server/events/read.ts';
import { sequenceAll, write } from '#server/events/store.testing.ts';
import { testApp } from '#test/database.ts';
import { followChanges } from './changes.ts';

const app = testApp();
const sql = () => app.current.database.sql;
const everyMs = 100;

async function happens(): Promise<number> {
  await write(app.current, 'changing-1', 1);
  await sequenceAll(sql());
  return headPosition(sql());
}

it('says where the store is, at once and then no more often than asked, and once more at the end', async () => {
  const before = await happens();
  const stop = new AbortController();
  const said: { position: number; at: number }[] = [];
  const changes = await followChanges(app.current, stop.signal, everyMs);
  const reading = (async () => {
    for await (const position of changes) said.push({ position, at: performance.now() });
  })();
  await expect.poll(() => said.map(({ position }) => position)).toEqual([before]);
  let head = before;
  for (let n = 0; n < 30; n += 1) head = await happens();
  const last = () => said.filter(({ position }) => position === head).length;
  await expect.poll(last).toBe(2);
  for (const [index, { at }] of said.entries())
    expect(at - (said[index - 1]?.at ?? -everyMs)).toBeGreaterThan(everyMs * 0.9);
  expect(said.length).toBeLessThan(30);
  const count = said.length;
  const next = await happens();
  await expect.poll(() => said.at(-1)?.position).toBe(next);
  expect(said.length).toBe(count + 1);
  stop.abort();
  await reading;
});

it('ends when it is told to, also while nothing happens', async () => {
  const stop = new AbortController();
  const changes = (await followChanges(app.current, stop.signal, 1))[Symbol.asyncIterator]();
  expect(await changes.next()).toMatchObject({ done: false });
  const next = changes.next();
  stop.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});
