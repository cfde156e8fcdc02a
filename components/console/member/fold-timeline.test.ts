import { expect, test } from 'vitest';
import type { StaffTimelineEntry } from '../../api/console/shapes.ts';
import { foldTimeline } from './fold-timeline.ts';

const entry = (over: Partial<StaffTimelineEntry>): StaffTimelineEntry => ({
  at: '2026-05-01T10:00:00.000Z',
  type: 'member.profile.updated',
  system: 'guildhall',
  summary: '',
  eventId: null,
  correlationId: 'a',
  actor: 'user',
  actorId: null,
  version: 2,
  reason: null,
  ...over,
});
const at = (ms: number) => new Date(Date.UTC(2026, 4, 1, 10) + ms).toISOString();
const arrived = (system: string, ms: number, over: Partial<StaffTimelineEntry> = {}) =>
  entry({ type: 'sync.completed', system, at: at(ms), ...over });
const shown = (entries: StaffTimelineEntry[]) =>
  foldTimeline(entries).map(({ entry: one, consequences }) => [
    one.type,
    ...consequences.map(({ system, state, afterMs, failures }) => `${system} ${state} ${afterMs} ${failures}`),
  ]);

test('what followed stands under its cause, a system each, in the order in which they were reached', () => {
  const mail = entry({ type: 'email.sent', system: 'mail', at: at(900), version: null });
  expect(shown([mail, arrived('legacy', 300), arrived('crm', 180), entry({})])).toEqual([
    ['member.profile.updated', 'crm ok 180 0', 'legacy ok 300 0', 'mail ok 900 0'],
  ]);
});

test('a version that reached a system again is told once, as it was first', () => {
  const again = arrived('crm', 5_000, { correlationId: 'b' });
  expect(shown([again, arrived('crm', 180), entry({})])).toEqual([['member.profile.updated', 'crm ok 180 0']]);
});

test('failed tries count; without an arrival the system has failed', () => {
  const failed = (ms: number) => arrived('crm', ms, { type: 'sync.failed', version: null });
  expect(shown([arrived('crm', 3_000), failed(2_000), failed(1_000), entry({})])).toEqual([
    ['member.profile.updated', 'crm ok 3000 2'],
  ]);
  expect(shown([failed(1_000), entry({})])).toEqual([['member.profile.updated', 'crm failed 1000 1']]);
});

test('what followed goes under the last thing before it of the same id, and stands alone without one', () => {
  const status = entry({ type: 'member.status.changed', at: at(1_000), version: 3 });
  const later = arrived('crm', 1_200, { version: 3 });
  expect(shown([later, status, arrived('crm', 100), entry({})])).toEqual([
    ['member.status.changed', 'crm ok 200 0'],
    ['member.profile.updated', 'crm ok 100 0'],
  ]);
  expect(shown([arrived('crm', 5, { correlationId: 'gone' }), entry({})])).toEqual([
    ['sync.completed'],
    ['member.profile.updated'],
  ]);
});
