import { expect, it } from 'vitest';
import { testApp } from '#test/database.ts';
import { defineProjection, defineReaction } from './define.ts';
import { headPosition } from './read.ts';
import { counted, sequenceAll, write } from './store.testing.ts';
import { ensureSubscriptions } from './subscription-table.ts';

const app = testApp();
const sql = () => app.current.database.sql;

const reaction = (name: string) => defineReaction({ name, types: [counted.type], queue: 'none', payload: () => null });
const projection = (name: string) => defineProjection({ name, types: [counted.type], apply: async () => {} });

const positionOf = async (name: string) => {
  const [row] = await sql()<{ position: number }[]>`select position from subscriptions where name = ${name}`;
  return row?.position;
};

it('the first readers start at the first event; a reaction that is added later starts now', async () => {
  await write(app.current, 'counter-1', 1, 2, 3);
  await sequenceAll(sql());
  await ensureSubscriptions(sql(), [reaction('first-mail'), projection('first-list')]);
  expect([await positionOf('first-mail'), await positionOf('first-list')]).toEqual([0, 0]);
  await write(app.current, 'counter-1', 4);
  await sequenceAll(sql());
  await ensureSubscriptions(sql(), [reaction('first-mail'), reaction('later-mail'), projection('later-list')]);
  expect(await positionOf('first-mail')).toBe(0);
  expect(await positionOf('later-mail')).toBe(await headPosition(sql()));
  expect(await positionOf('later-list')).toBe(0);
});
