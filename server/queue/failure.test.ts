import { describe, expect, it } from 'vitest';
import { AppError, ruleViolated } from '#server/errors/errors.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';
import { failureOf, fingerprintOf, isTransient } from './failure.ts';

const databaseError = (code: string) => Object.assign(new Error('duplicate key (email)=(a@b.test)'), { code });

describe('failureOf', () => {
  it.each<[string, unknown, string, string]>([
    ['a partner', new PartnerError('crm', 'limited', 'HTTP 429'), 'limited', 'crm: HTTP 429'],
    ['a rule', ruleViolated('No.'), 'refused', 'rule_violated: No.'],
    ['the database', databaseError('23505'), 'database', 'database error 23505'],
    [
      'the database through Drizzle',
      new Error('Failed query: x', { cause: databaseError('23503') }),
      'database',
      'database error 23503',
    ],
    ['anything', new TypeError('bad'), 'unexpected', 'TypeError: bad'],
    ['no error at all', 'text', 'unexpected', 'something that is no error was thrown'],
  ])('%s', (_, error, errorClass, reason) => {
    expect(failureOf(error)).toEqual({ class: errorClass, reason });
  });

  it('keeps no values', () => {
    const { reason } = failureOf(new Error('cannot send "Ann Lee" to ann@lee.test, phone +44 20 7946 0958'));
    expect(reason).not.toMatch(/Ann|lee\.test|7946/);
    expect(failureOf(new Error('Failed query: insert params: Ann')).reason).toBe('Error: Failed query');
  });
});

it('gives what the database can store, whatever was thrown', () => {
  const { reason } = failureOf(new Error(`${'x'.repeat(499)}😀\0 after the cut`));
  expect(reason.isWellFormed()).toBe(true);
  expect(failureOf(new Error('a\0b')).reason).toBe('Error: ab');
});

describe('fingerprintOf', () => {
  const print = (error: unknown) => fingerprintOf('q', failureOf(error));

  it('is the same for the same cause, whatever the ids', () => {
    expect(print(new Error('no member 0199a1b2-0000-7000-8000-000000000001 at 7'))).toBe(
      print(new Error('no member 0199a1b2-0000-7000-8000-000000000002 at 12')),
    );
  });

  it('tells codes, queues and classes apart', () => {
    expect(print(databaseError('23505'))).not.toBe(print(databaseError('23503')));
    expect(print(new PartnerError('mail', 'permanent', 'SMTP 550'))).not.toBe(
      print(new PartnerError('mail', 'permanent', 'SMTP 553')),
    );
    expect(fingerprintOf('a', failureOf(new Error('x')))).not.toBe(fingerprintOf('b', failureOf(new Error('x'))));
  });
});

it('knows what passes by itself', () => {
  for (const code of [
    '40001',
    '40P01',
    '55P03',
    '57P01',
    '08006',
    '53300',
    '25P03',
    'CONNECTION_CLOSED',
    'ECONNREFUSED',
  ]) {
    expect(isTransient(databaseError(code)), code).toBe(true);
  }
  for (const code of ['23505', '22P02', '42P01']) expect(isTransient(databaseError(code)), code).toBe(false);
  expect(isTransient(new AppError('unavailable', 'x'))).toBe(true);
  expect(isTransient(new Error('x'))).toBe(false);
});
