import { describe, expect, it } from 'vitest';
import {
  type ErrorClass,
  httpError,
  mysqlError,
  networkError,
  PartnerError,
  postgresError,
  retryAfterMs,
  smtpError,
} from './partner-error.ts';

const personal = 'ada@example.org';

/** An error as a driver throws it: its message quotes a personal value. */
function thrown(properties: Record<string, unknown>): Error {
  return Object.assign(new Error(`about ${personal}`), properties);
}

function classesOf(table: Record<string, ErrorClass>, classify: (code: string) => PartnerError) {
  const found: Record<string, ErrorClass> = {};
  for (const code of Object.keys(table)) {
    const error = classify(code);
    expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain(personal);
    found[code] = error.errorClass;
  }
  return found;
}

describe('classification', () => {
  it('of HTTP answers', () => {
    const table = {
      301: 'credentials',
      400: 'permanent',
      401: 'credentials',
      403: 'credentials',
      404: 'permanent',
      408: 'transient',
      409: 'permanent',
      413: 'permanent',
      422: 'permanent',
      423: 'transient',
      429: 'limited',
      500: 'unavailable',
      501: 'permanent',
      502: 'unavailable',
      503: 'unavailable',
      504: 'unavailable',
      521: 'unavailable',
    } as const;
    expect(classesOf(table, (code) => httpError('crm', Number(code)))).toEqual(table);
  });

  it('of what goes wrong on the network, fetch wrapping it or not', () => {
    const codes = [
      'ECONNREFUSED',
      'ECONNRESET',
      'ENOTFOUND',
      'EAI_AGAIN',
      'ETIMEDOUT',
      'EPIPE',
      'UND_ERR_SOCKET',
      'CERT_HAS_EXPIRED',
    ];
    for (const code of codes) {
      const direct = networkError('crm', thrown({ code }));
      const wrapped = networkError('crm', new TypeError('fetch failed', { cause: thrown({ code }) }));
      const both = networkError('crm', new AggregateError([thrown({ code }), thrown({ code })]));
      for (const error of [direct, wrapped, both]) {
        expect(error).toMatchObject({ errorClass: 'unavailable', reason: `connection failed (${code})` });
      }
    }
    expect(networkError('crm', AbortSignal.abort().reason)).toMatchObject({ reason: 'did not answer in time' });
    expect(networkError('crm', thrown({ code: personal }))).toMatchObject({ reason: 'connection failed' });
  });

  it('of MySQL and MariaDB errors', () => {
    const table = {
      ER_ACCESS_DENIED_ERROR: 'credentials',
      ER_BAD_DB_ERROR: 'credentials',
      ER_NO_SUCH_TABLE: 'credentials',
      ER_LOCK_DEADLOCK: 'transient',
      ER_LOCK_WAIT_TIMEOUT: 'transient',
      ER_CON_COUNT_ERROR: 'limited',
      ER_SERVER_SHUTDOWN: 'unavailable',
      ER_OPTION_PREVENTS_STATEMENT: 'unavailable',
      ER_DATA_TOO_LONG: 'permanent',
      ER_DUP_ENTRY: 'permanent',
      ER_NET_READ_ERROR: 'unavailable',
      PROTOCOL_CONNECTION_LOST: 'unavailable',
      ECONNREFUSED: 'unavailable',
      ER_NOBODY_FORESAW: 'transient',
    } as const;
    expect(classesOf(table, (code) => mysqlError('legacy', thrown({ code })))).toEqual(table);
    const killed = mysqlError('legacy', thrown({ errno: 1927, code: 'UNKNOWN_CODE_PLEASE_REPORT' }));
    expect(killed).toMatchObject({ errorClass: 'unavailable', reason: 'MySQL ER_CONNECTION_KILLED' });
  });

  it('of SQLSTATEs', () => {
    const table = {
      '08006': 'unavailable',
      '22001': 'permanent',
      '23505': 'permanent',
      '25006': 'unavailable',
      '28P01': 'credentials',
      '3D000': 'credentials',
      '40001': 'transient',
      '40P01': 'transient',
      '42501': 'credentials',
      '42601': 'permanent',
      '42P01': 'credentials',
      '53100': 'unavailable',
      '53300': 'limited',
      '55P03': 'transient',
      '57014': 'transient',
      '57P01': 'unavailable',
      XX000: 'transient',
      CONNECTION_CLOSED: 'unavailable',
      CONNECT_TIMEOUT: 'unavailable',
      ECONNRESET: 'unavailable',
    } as const;
    expect(classesOf(table, (code) => postgresError('legacy', thrown({ code })))).toEqual(table);
  });

  it('of SMTP replies, by their enhanced code where it says more', () => {
    const table = {
      '421 4.3.2': 'unavailable',
      '421 4.7.0': 'limited',
      '450 4.2.1': 'limited',
      '451 4.3.0': 'unavailable',
      '451 4.7.1': 'limited',
      '452 4.2.2': 'limited',
      '454 4.7.0': 'unavailable',
      '503 5.5.1': 'transient',
      '530 5.7.0': 'credentials',
      '535 5.7.8': 'credentials',
      '550 5.1.1': 'permanent',
      '552 5.3.4': 'permanent',
    } as const;
    const classify = (code: string) =>
      smtpError(
        'mail',
        thrown({ code: 'EENVELOPE', responseCode: Number(code.slice(0, 3)), response: `${code} <${personal}>` }),
      );
    expect(classesOf(table, classify)).toEqual(table);
    expect(classify('550 5.1.1').reason).toBe('SMTP 550 5.1.1');
  });

  it('of what the SMTP client finds by itself', () => {
    const table = {
      EAUTH: 'credentials',
      EENVELOPE: 'permanent',
      EMESSAGE: 'permanent',
      ECONNECTION: 'unavailable',
      ETIMEDOUT: 'unavailable',
      EDNS: 'unavailable',
      ETLS: 'unavailable',
      EABORT: 'unavailable',
      ECONNRESET: 'unavailable',
    } as const;
    expect(classesOf(table, (code) => smtpError('mail', thrown({ code })))).toEqual(table);
  });

  it('leaves a PartnerError as it is, and calls what has no code transient', () => {
    const known = new PartnerError('mail', 'limited', 'known', 5);
    for (const classify of [networkError, mysqlError, postgresError, smtpError])
      expect(classify('crm', known)).toBe(known);
    for (const classify of [mysqlError, postgresError, smtpError]) {
      expect(classify('crm', thrown({})).errorClass).toBe('transient');
      expect(classify('crm', 'a string').errorClass).toBe('transient');
    }
  });
});

describe('Retry-After', () => {
  it('is read as seconds or as a date', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(retryAfterMs('2', now)).toBe(2000);
    expect(retryAfterMs('Sat, 21 Nov 2026 12:00:30 GMT', now)).toBe(30_000);
    expect(retryAfterMs('Sat, 21 Nov 2026 11:00:00 GMT', now)).toBe(0);
    for (const absent of [null, undefined, '', 'soon']) expect(retryAfterMs(absent, now)).toBeNull();
  });
});
