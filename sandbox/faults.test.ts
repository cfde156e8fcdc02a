import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ZodError } from 'zod';
import { Faults, webhookFaults } from './faults.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2030-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('faults', () => {
  it('strikes the partner it was set for and no other', () => {
    const faults = new Faults();
    faults.set({ partner: 'crm', fault: 'fail' });
    expect(faults.draw('crm').names).toEqual(['fail']);
    expect(faults.draw('mail').names).toEqual([]);
    expect(faults.list()).toMatchObject([{ partner: 'crm', fault: 'fail', rate: 1, hits: 1 }]);
  });

  it('strikes the given share of requests', () => {
    const draws = [0.1, 0.29, 0.3, 0.9];
    const faults = new Faults(() => draws.shift() ?? 1);
    faults.set({ partner: 'crm', fault: 'fail', rate: 0.3 });
    expect([1, 2, 3, 4].map(() => faults.draw('crm').has('fail'))).toEqual([true, true, false, false]);
  });

  it('never strikes at rate 0', () => {
    const faults = new Faults(() => 0);
    faults.set({ partner: 'crm', fault: 'fail', rate: 0 });
    expect(faults.draw('crm').has('fail')).toBe(false);
  });

  it('lets one partner have several faults, and replaces one that is set again', () => {
    const faults = new Faults();
    faults.set({ partner: 'crm', fault: 'fail' });
    faults.set({ partner: 'crm', fault: 'slow', delayMs: 5 });
    faults.set({ partner: 'crm', fault: 'slow', delayMs: 70 });
    expect(faults.draw('crm')).toMatchObject({ delayMs: 70, names: ['fail', 'slow'] });
    faults.clear('crm', 'fail');
    expect(faults.list().map(({ fault }) => fault)).toEqual(['slow']);
  });

  it('draws only among what is asked for, and counts no other', () => {
    const faults = new Faults();
    faults.set({ partner: 'gateway', fault: 'slow', delayMs: 5 });
    faults.set({ partner: 'gateway', fault: 'webhook-late', delayMs: 70 });
    faults.set({ partner: 'gateway', fault: 'webhook-twice' });
    expect(faults.draw('gateway')).toMatchObject({ delayMs: 5, names: ['slow'] });
    expect(faults.draw('gateway', webhookFaults)).toMatchObject({
      delayMs: 70,
      names: ['webhook-late', 'webhook-twice'],
    });
    expect(faults.list('gateway').map(({ hits }) => hits)).toEqual([1, 1, 1]);
  });

  it('has usual delays for what is delayed, and none for the rest', () => {
    const faults = new Faults();
    expect(faults.set({ partner: 'gateway', fault: 'webhook-late' }).delayMs).toBe(30_000);
    expect(faults.set({ partner: 'gateway', fault: 'webhook-disorder' }).delayMs).toBe(300);
    expect(faults.set({ partner: 'gateway', fault: 'webhook-twice', delayMs: 5 })).not.toHaveProperty('delayMs');
  });

  it('ends at a time, or after seconds', async () => {
    const faults = new Faults();
    faults.set({ partner: 'crm', fault: 'fail', until: '2030-01-01T02:00:05+02:00' });
    faults.set({ partner: 'mail', fault: 'fail', until: 60 });
    expect(faults.list('mail')[0]?.until).toBe('2030-01-01T00:01:00.000Z');
    await vi.advanceTimersByTimeAsync(4_999);
    expect(faults.isOn('crm', 'fail')).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(faults.isOn('crm', 'fail')).toBe(false);
    expect(faults.isOn('mail', 'fail')).toBe(true);
  });

  it('ends far in the future only then, although timers cannot reach so far', async () => {
    const faults = new Faults();
    faults.set({ partner: 'crm', fault: 'fail', until: '2030-02-01T00:00:00Z' });
    await vi.advanceTimersByTimeAsync(26 * 86_400_000);
    expect(faults.isOn('crm', 'fail')).toBe(true);
    await vi.advanceTimersByTimeAsync(5 * 86_400_000);
    expect(faults.list()).toEqual([]);
  });

  it('releases what it held when it expires, is cleared, or the client leaves', async () => {
    const faults = new Faults();
    const client = new AbortController();
    const released: string[] = [];
    faults.set({ partner: 'crm', fault: 'hang', until: 10 });
    faults.set({ partner: 'mail', fault: 'hang' });
    faults.set({ partner: 'legacy', fault: 'hang' });
    faults.untilOff('crm', 'hang', new AbortController().signal).then(() => released.push('crm'));
    faults.untilOff('mail', 'hang', new AbortController().signal).then(() => released.push('mail'));
    faults.untilOff('legacy', 'hang', client.signal).then(() => released.push('legacy'));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(released).toEqual([]);
    faults.clear('mail');
    await vi.advanceTimersByTimeAsync(0);
    expect(released).toEqual(['mail']);
    client.abort();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(released).toEqual(['mail', 'legacy', 'crm']);
  });

  it.each([
    { partner: 'crm', fault: 'fail', rate: 1.1 },
    { partner: 'crm', fault: 'fail', until: '2029-12-31T23:59:59Z' },
    { partner: 'crm', fault: 'slow', delayMs: -1 },
    { partner: 'crm', fault: 'webhook-twice' },
    { partner: 'mail', fault: 'no-answer' },
  ] as const)('refuses %j', (input) => {
    expect(() => new Faults().set(input)).toThrow(ZodError);
  });
});
