import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { AppError } from '#server/errors/errors.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { aMember } from './callers.testing.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { timestamp } from './shapes.ts';
import { testWeb } from './web.testing.ts';

const app = testApp();
beforeAll(() => prepareQueues(app.current, queues));
const server = testWeb(app);
const id = uuidv7();

describe('a cursor', () => {
  it('comes back as it went, with times as Postgres and as JavaScript write them', () => {
    for (const at of ['2026-11-21 07:31:41.123456+00', '2026-11-21T07:31:41.123Z']) {
      expect(decodeCursor(encodeCursor([at, id]), ['timestamp', 'uuid'])).toEqual([at, id]);
    }
    expect(decodeCursor(encodeCursor(['ö', 7]), ['text', 'whole'])).toEqual(['ö', 7]);
  });

  it('with other values is refused', () => {
    const refused = (values: unknown, shape: Parameters<typeof decodeCursor>[1]) => {
      const cursor = Buffer.from(JSON.stringify(values)).toString('base64url');
      expect(() => decodeCursor(cursor, shape), JSON.stringify(values)).toThrow(AppError);
    };
    const lists: unknown[] = [['x', id], ['0000-01-01T00:00:00Z', id], ['2026-01-01T00:00:00Z', 'x'], [id], {}, null];
    for (const values of lists) refused(values, ['timestamp', 'uuid']);
    for (const values of [[1.5], [1e300], ['1'], [null]]) refused(values, ['whole']);
    for (const value of ['\0', '\ud800', 5]) refused([value], ['text']);
  });
});

describe('a time', () => {
  it('is one that clocks show', () => {
    for (const time of ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123456+05:30', '1900-01-01T00:00:00+14:00']) {
      expect([time, timestamp.safeParse(time).success]).toEqual([time, true]);
    }
    const odd = [
      '0000-01-01T00:00:00Z',
      '1899-12-31T23:59:59Z',
      '2201-01-01T00:00:00Z',
      `2026-01-01T00:00:00.${'0'.repeat(99)}Z`,
    ];
    for (const time of [
      ...odd,
      '2026-01-01T00:00:00+23:59',
      '2026-01-01T00:00:00-14:30',
      '2026-01-01T00:00:00+15:00',
    ]) {
      expect([time, timestamp.safeParse(time).success]).toEqual([time, false]);
    }
  });
});

it('every list refuses forged cursors', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const { memberId } = await aMember(app.current, 'ada');
  const lists = [
    '/members',
    '/members?sort=joined',
    `/members/${memberId}/timeline`,
    '/notifications',
    '/dead-letters',
  ];
  for (const list of [...lists, '/audit', '/users', '/help-requests', '/jobs']) {
    for (const values of [['x', id], ['x'], [1.5], [1e300], [id, 'x'], ['0000-01-01T00:00:00Z', 'x']]) {
      const cursor = encodeCursor(values);
      const answer = await fetch(`${server.url}/api/v1${list}${list.includes('?') ? '&' : '?'}cursor=${cursor}`, {
        headers: { cookie: admin.cookie },
      });
      expect([list, values, answer.status]).toEqual([list, values, 400]);
    }
  }
});
