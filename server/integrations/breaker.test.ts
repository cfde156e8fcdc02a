import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Breakers, createBreakers } from './breaker.ts';
import { type ErrorClass, PartnerError } from './partner-error.ts';

describe('circuit breaker', () => {
  let breakers: Breakers;
  let calls: number;
  beforeEach(() => {
    vi.useFakeTimers();
    breakers = createBreakers();
    calls = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function call(outcome: ErrorClass | 'ok' | 'bug'): Promise<unknown> {
    const work = async () => {
      calls += 1;
      if (outcome === 'bug') throw new TypeError('a bug');
      if (outcome !== 'ok') throw new PartnerError('crm', outcome, outcome);
      return 'done';
    };
    return await breakers.withBreaker('crm', work).catch((error: unknown) => error);
  }

  async function open(): Promise<void> {
    for (let failure = 1; failure <= 5; failure += 1) await call('unavailable');
    expect(breakers.breakerState('crm')).toBe('open');
  }

  it('opens after five unavailable errors in a row and then answers without calling', async () => {
    await open();
    const error = await call('ok');
    expect(calls).toBe(5);
    expect(error).toBeInstanceOf(PartnerError);
    expect(error).toMatchObject({
      partner: 'crm',
      errorClass: 'unavailable',
      reason: 'circuit open',
      retryAfterMs: 2000,
    });
  });

  it.each(['permanent', 'transient', 'limited', 'credentials', 'ok', 'bug'] as const)(
    'starts counting anew after %s',
    async (outcome) => {
      for (let failure = 1; failure <= 4; failure += 1) await call('unavailable');
      await call(outcome);
      for (let failure = 1; failure <= 4; failure += 1) await call('unavailable');
      expect(breakers.breakerState('crm')).toBe('closed');
      await call('unavailable');
      expect(breakers.breakerState('crm')).toBe('open');
    },
  );

  it('lets one call through after 2 s, and closes when it succeeds', async () => {
    await open();
    vi.advanceTimersByTime(1999);
    await call('ok');
    expect(calls).toBe(5);
    vi.advanceTimersByTime(1);
    expect(await call('ok')).toBe('done');
    expect(breakers.breakerState('crm')).toBe('closed');
  });

  it('opens again for 2 s when that call fails', async () => {
    await open();
    vi.advanceTimersByTime(2000);
    await call('unavailable');
    expect(calls).toBe(6);
    await call('ok');
    expect(calls).toBe(6);
    vi.advanceTimersByTime(2000);
    expect(await call('ok')).toBe('done');
  });

  it('closes at once when another process has found the partner up', async () => {
    await open();
    breakers.closeCircuit('crm');
    expect(await call('ok')).toBe('done');
    expect(breakers.breakerState('crm')).toBe('closed');
  });

  it('keeps partners apart', async () => {
    await open();
    expect(await breakers.withBreaker('mail', async () => 'sent')).toBe('sent');
    expect(breakers.breakerState('mail')).toBe('closed');
  });

  it('passes errors on as they were thrown', async () => {
    expect(await call('permanent')).toMatchObject({ errorClass: 'permanent', reason: 'permanent' });
    expect(await call('bug')).toBeInstanceOf(TypeError);
  });
});
