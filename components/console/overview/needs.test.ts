import { describe, expect, test } from 'vitest';
import type { ConsoleOverview, FlowStatus } from '../../api/console/shapes.ts';
import { needsOf as needsFor } from './needs.ts';

const flow = (over: Partial<FlowStatus>): FlowStatus => ({
  system: 'crm',
  state: 'flowing',
  perMinute: 60,
  p95Ms: 200,
  waiting: 0,
  lastError: null,
  since: null,
  ...over,
});

const overview = (
  needs: Partial<ConsoleOverview['needs']>,
  systems: FlowStatus[] = [],
): Pick<ConsoleOverview, 'needs' | 'flow'> => ({
  needs: {
    deadLetters: { open: 0, waiting: 0, kinds: 0, causes: [] },
    pausedFlows: [],
    subscriptions: [],
    helpRequests: { open: 0, oldestAt: null },
    loans: { count: 0, oldestAt: null },
    stuckSagas: { count: 0, oldest: [] },
    failedRefunds: { count: 0, oldest: [] },
    discrepancies: { count: 0, worst: [] },
    ...needs,
  },
  flow: { eventsPerSecond: 0, series: [], visibleP95Ms: null, visibleCount: 0, systems },
});

const needsOf = (of: Parameters<typeof needsFor>[0], answers = true) => needsFor(of, answers);

describe('needs', () => {
  test('nothing needs a person while everything flows or rests', () => {
    expect(needsOf(overview({}, [flow({}), flow({ system: 'mail', state: 'idle' })]))).toEqual([]);
  });

  test('a stopped flow stands above waiting members and says how much waits', () => {
    const needs = needsOf(
      overview({ helpRequests: { open: 2, oldestAt: '2026-01-02T03:04:05Z' } }, [
        flow({ state: 'stopped', waiting: 1387, lastError: 'connection refused' }),
      ]),
    );
    expect(needs.map(({ id, tone }) => [id, tone])).toEqual([
      ['flow-crm', 'bad'],
      ['help', 'warn'],
    ]);
    expect(needs[0]?.detail).toBe('1,387 waiting · connection refused');
  });

  test('a paused flow is named once: the pause, not the flow as well', () => {
    const needs = needsOf(
      overview({ pausedFlows: [{ name: 'mail', reason: 'credentials', changedAt: '2026-01-02T03:04:05Z' }] }, [
        flow({ system: 'mail', state: 'paused' }),
      ]),
    );
    expect(needs.map(({ id }) => id)).toEqual(['paused-mail']);
  });

  test('dead letters open by cause; one alone opens itself; what waits behind them is not one of them', () => {
    const cause = { queue: 'sync-crm', error: 'refused', oldestAt: '2026-01-02T03:04:05Z' };
    const [need] = needsOf(
      overview({
        deadLetters: {
          open: 4,
          waiting: 7,
          kinds: 2,
          causes: [
            { ...cause, fingerprint: 'a/b', count: 3, only: null },
            { ...cause, fingerprint: 'c', count: 1, only: 'one' },
          ],
        },
      }),
    );
    expect(need?.title).toBe('4 dead letters, 2 causes');
    expect(need?.detail).toBe('7 waiting behind');
    expect(need?.parts.map(({ href }) => href)).toEqual([
      '/ops/dead-letters?fingerprint=a%2Fb',
      '/ops/dead-letters/one',
    ]);
  });

  test('one member waits, two wait', () => {
    const title = (open: number) => needsOf(overview({ helpRequests: { open, oldestAt: null } }))[0]?.title;
    expect([title(1), title(2)]).toEqual(['1 member waits for help', '2 members wait for help']);
  });

  test('who waits for help opens for those who may answer; others see the events', () => {
    const waiting = overview({ helpRequests: { open: 1, oldestAt: '2026-01-02T03:04:05Z' } });
    expect(needsOf(waiting)[0]?.href).toBe('/ops/help');
    expect(needsOf(waiting, false)[0]?.href).toBe('/ops/events?type=support.requested');
  });

  test('what is wrong with money opens where it is: the order, the payment, and for a transfer the saga itself', () => {
    const at = '2026-01-02T03:04:05Z';
    const needs = needsOf(
      overview({
        stuckSagas: {
          count: 2,
          oldest: [
            { id: 's1', type: 'order', subjectId: 'o1', subjectNumber: 'O-000093', step: 'payment', at },
            { id: 's2', type: 'transfer', subjectId: 't1', subjectNumber: 'T-000004', step: 'credit', at },
          ],
        },
        failedRefunds: {
          count: 1,
          oldest: [{ paymentId: 'p1', number: 'P-000001', amount: { amount: 4_900, currency: 'EUR' }, at }],
        },
        discrepancies: {
          count: 1,
          worst: [{ id: 'd1', kind: 'charge_without_entry', orderId: null, paymentId: 'p2', memberId: 'm1', at }],
        },
      }),
    );
    expect(needs.map(({ title }) => title)).toEqual(['2 stuck sagas', '1 failed refund', '1 thing does not agree']);
    expect(needs[0]?.parts.map(({ title }) => title)).toEqual(['Order O-000093', 'Transfer T-000004']);
    expect(needs.flatMap(({ parts }) => parts.map(({ href }) => href))).toEqual([
      '/ops/orders/o1',
      '/ops/sagas/s2',
      '/ops/payments/p1',
      '/ops/payments/p2',
    ]);
  });

  test('loans that wait for a decision are counted, with the age of the oldest', () => {
    const [need] = needsOf(overview({ loans: { count: 3, oldestAt: '2026-01-02T03:04:05Z' } }));
    expect(need).toMatchObject({
      title: '3 loans wait for a decision',
      at: '2026-01-02T03:04:05Z',
      href: '/ops/loans?status=waiting',
    });
  });
});
