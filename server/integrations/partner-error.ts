/** Systems outside Guildhall that it writes to. */
export type Partner = 'legacy' | 'crm' | 'mail' | 'gateway';

/**
 * What a failed call means for the work behind it.
 * - permanent: this record will never be accepted as it is
 * - transient: the same call may well succeed in a moment
 * - unavailable: the partner is out of reach or not working
 * - limited: the partner asks for fewer calls
 * - credentials: our own set-up is refused, so every record would fail alike until a person mends it
 */
export type ErrorClass = 'permanent' | 'transient' | 'unavailable' | 'limited' | 'credentials';

/**
 * A failed call to a partner. `reason` is short, stable (dead letters are grouped by it) and made of codes and field
 * names only: partners quote personal values in their messages, so theirs are never kept, not even as a cause.
 * `retryAfterMs` is what the partner asked for, in milliseconds. `outcomeUnknown`: the call may have taken effect although
 * no answer says so; only partners whose calls cannot simply be repeated say it.
 */
export class PartnerError extends Error {
  readonly partner: Partner;
  readonly errorClass: ErrorClass;
  readonly retryAfterMs: number | null;
  readonly reason: string;
  readonly outcomeUnknown: boolean;

  constructor(
    partner: Partner,
    errorClass: ErrorClass,
    reason: string,
    retryAfterMs: number | null = null,
    { outcomeUnknown = false }: { outcomeUnknown?: boolean } = {},
  ) {
    super(`${partner}: ${reason}`);
    this.name = 'PartnerError';
    this.partner = partner;
    this.errorClass = errorClass;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.outcomeUnknown = outcomeUnknown;
  }
}

type Protocol = 'http' | 'network' | 'mysql' | 'sqlstate' | 'smtp' | 'nodemailer';
interface Classes {
  exact: Readonly<Record<string, ErrorClass>>;
  /** Looked up by the beginning of the code when the code itself is not listed. */
  family: Readonly<Record<string, ErrorClass>>;
}

/**
 * The one table of classification. Missing databases, tables and columns, and moved addresses, count as `credentials`: they are our set-up,
 * and calling them permanent would put every record into the dead letters. Codes that nobody foresaw are transient:
 * tried a few times, then a dead letter with the code.
 */
const classes: Readonly<Record<Protocol, Classes>> = {
  http: {
    exact: {
      401: 'credentials',
      403: 'credentials',
      407: 'credentials',
      408: 'transient',
      421: 'transient',
      423: 'transient',
      425: 'transient',
      429: 'limited',
      477: 'unavailable', // HubSpot: the account is being moved
      501: 'permanent',
      502: 'unavailable',
      503: 'unavailable',
      504: 'unavailable',
    },
    // 500 included: while a partner is broken it answers so for hours, which must not end in dead letters.
    family: { 3: 'credentials', 4: 'permanent', 5: 'unavailable' },
  },
  network: {
    exact: {},
    // Whatever goes wrong below the protocol, TLS included, concerns the way to the partner and no single record.
    family: { '': 'unavailable' },
  },
  mysql: {
    exact: {
      ER_ACCESS_DENIED_ERROR: 'credentials',
      ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'credentials',
      ER_DBACCESS_DENIED_ERROR: 'credentials',
      ER_TABLEACCESS_DENIED_ERROR: 'credentials',
      ER_COLUMNACCESS_DENIED_ERROR: 'credentials',
      ER_SPECIFIC_ACCESS_DENIED_ERROR: 'credentials',
      ER_ACCOUNT_HAS_BEEN_LOCKED: 'credentials',
      ER_MUST_CHANGE_PASSWORD: 'credentials',
      ER_MUST_CHANGE_PASSWORD_LOGIN: 'credentials',
      ER_HOST_NOT_PRIVILEGED: 'credentials',
      ER_NOT_SUPPORTED_AUTH_MODE: 'credentials',
      ER_BAD_DB_ERROR: 'credentials',
      ER_NO_DB_ERROR: 'credentials',
      ER_NO_SUCH_TABLE: 'credentials',
      ER_BAD_FIELD_ERROR: 'credentials',
      ER_LOCK_DEADLOCK: 'transient',
      ER_LOCK_WAIT_TIMEOUT: 'transient',
      ER_QUERY_INTERRUPTED: 'transient',
      ER_QUERY_TIMEOUT: 'transient',
      ER_STATEMENT_TIMEOUT: 'transient',
      ER_CHECKREAD: 'transient',
      ER_CON_COUNT_ERROR: 'limited',
      ER_TOO_MANY_USER_CONNECTIONS: 'limited',
      ER_USER_LIMIT_REACHED: 'limited',
      ER_SERVER_SHUTDOWN: 'unavailable',
      ER_CONNECTION_KILLED: 'unavailable',
      ER_NEW_ABORTING_CONNECTION: 'unavailable',
      ER_ABORTING_CONNECTION: 'unavailable',
      ER_HOST_IS_BLOCKED: 'unavailable',
      ER_OPTION_PREVENTS_STATEMENT: 'unavailable',
      ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: 'unavailable',
      ER_DISK_FULL: 'unavailable',
      ER_RECORD_FILE_FULL: 'unavailable',
      ER_OUT_OF_RESOURCES: 'unavailable',
      ER_OUTOFMEMORY: 'unavailable',
      ER_DUP_ENTRY: 'permanent',
      ER_DATA_TOO_LONG: 'permanent',
      ER_BAD_NULL_ERROR: 'permanent',
      ER_NO_DEFAULT_FOR_FIELD: 'permanent',
      ER_TRUNCATED_WRONG_VALUE: 'permanent',
      ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: 'permanent',
      ER_WARN_DATA_OUT_OF_RANGE: 'permanent',
      ER_CHECK_CONSTRAINT_VIOLATED: 'permanent',
      ER_CONSTRAINT_FAILED: 'permanent',
      ER_NO_REFERENCED_ROW_2: 'permanent',
      ER_ROW_IS_REFERENCED_2: 'permanent',
      ER_PARSE_ERROR: 'permanent',
    },
    family: { PROTOCOL_: 'unavailable', ER_NET_: 'unavailable', POOL_: 'unavailable', HANDSHAKE_: 'unavailable' },
  },
  sqlstate: {
    exact: {
      '25006': 'unavailable', // read-only: a standby, or a failover under way
      '42501': 'credentials',
      '42P01': 'credentials',
      '42703': 'credentials',
      '3D000': 'credentials',
      '3F000': 'credentials',
      '53300': 'limited',
      '55P03': 'transient',
      '57014': 'transient',
      '57P01': 'unavailable',
      '57P02': 'unavailable',
      '57P03': 'unavailable',
      '57P05': 'unavailable',
    },
    family: {
      '08': 'unavailable',
      '22': 'permanent',
      '23': 'permanent',
      '28': 'credentials',
      '40': 'transient',
      '42': 'permanent',
      '44': 'permanent',
      '53': 'unavailable',
      '54': 'permanent',
      '58': 'unavailable',
      CONNECT: 'unavailable',
      SASL_: 'credentials',
      AUTH_TYPE_: 'credentials',
    },
  },
  smtp: {
    exact: {
      450: 'limited',
      452: 'limited',
      503: 'transient', // the session was in the wrong state; a new connection starts afresh
      530: 'credentials',
      534: 'credentials',
      535: 'credentials',
      538: 'credentials',
    },
    // x.7.x with a 4yz reply is grey-listing or a sending limit: "not now", for minutes. Mail waits for hours by custom.
    family: { '421 4.7': 'limited', '451 4.7': 'limited', 4: 'unavailable', 5: 'permanent' },
  },
  nodemailer: {
    exact: {
      EAUTH: 'credentials',
      ENOAUTH: 'credentials',
      EOAUTH2: 'credentials',
      ECONFIG: 'credentials',
      EENVELOPE: 'permanent',
      EMAXRECIPIENTS: 'permanent',
      EFILEACCESS: 'permanent',
      EURLACCESS: 'permanent',
      ESTREAM: 'permanent',
      EREQUIRETLS: 'permanent',
      EMAXLIMIT: 'transient',
      EMESSAGE: 'permanent',
      ECONNECTION: 'unavailable',
      ETIMEDOUT: 'unavailable',
      ESOCKET: 'unavailable',
      EDNS: 'unavailable',
      ETLS: 'unavailable',
      EPROTOCOL: 'unavailable',
      EPROXY: 'unavailable',
      EABORT: 'unavailable',
    },
    family: {},
  },
};

/** The class of a code, else of its most specific family; undefined when neither is listed. `longer`: code and detail. */
function listed(protocol: Protocol, code: string, longer: string = code): ErrorClass | undefined {
  const { exact, family } = classes[protocol];
  if (Object.hasOwn(exact, code)) return exact[code];
  const prefixes = Object.keys(family).filter((beginning) => longer.startsWith(beginning));
  const prefix = prefixes.sort((left, right) => right.length - left.length)[0];
  return prefix === undefined ? undefined : family[prefix];
}

const networkCode = /^(E[A-Z]{3,}|EAI_[A-Z]+|UND_ERR_[A-Z_]+|ERR_(TLS|SSL|SOCKET|STREAM)_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)$/;

/** Another PartnerError, an AggregateError of connection attempts or fetch's wrapped cause, seen through to a code. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error.cause !== undefined) return codeOf(error.cause);
  return null;
}

function errnoOf(error: unknown): number | null {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : null;
}

/** The partner kept us waiting longer than the caller allows. */
export function timedOut(partner: Partner): PartnerError {
  return new PartnerError(partner, 'unavailable', 'did not answer in time');
}

/** An HTTP answer with an error status. `category` is the partner's own code for it, kept only if it looks like one. */
export function httpError(
  partner: Partner,
  status: number,
  detail: { retryAfterMs?: number | null; category?: unknown } = {},
): PartnerError {
  const category =
    typeof detail.category === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(detail.category) ? ` ${detail.category}` : '';
  const errorClass = listed('http', String(status)) ?? 'transient';
  return new PartnerError(partner, errorClass, `HTTP ${status}${category}`, detail.retryAfterMs ?? null);
}

/** A failure below the protocol: name lookup, connection, TLS, a cut line, an abort. */
export function networkError(partner: Partner, error: unknown): PartnerError {
  if (error instanceof PartnerError) return error;
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return timedOut(partner);
  const code = codeOf(error);
  const reason =
    code !== null && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? `connection failed (${code})` : 'connection failed';
  return new PartnerError(partner, listed('network', code ?? '') ?? 'unavailable', reason);
}

/** What mysql2 throws: server errors by symbolic code, connection errors by Node's. */
export function mysqlError(partner: Partner, error: unknown): PartnerError {
  if (error instanceof PartnerError) return error;
  const code = codeOf(error);
  // MariaDB numbers that mysql2 has no name, or MySQL's other name, for.
  const code2 = mariadbNames[errnoOf(error) ?? 0] ?? code;
  if (code2 === 'PROTOCOL_SEQUENCE_TIMEOUT') return timedOut(partner);
  if (code2 === null) return new PartnerError(partner, 'transient', 'failed without a code');
  const errorClass = listed('mysql', code2);
  if (errorClass === undefined && networkCode.test(code2)) return networkError(partner, error);
  return new PartnerError(partner, errorClass ?? 'transient', `MySQL ${code2}`);
}

const mariadbNames: Readonly<Record<number, string>> = {
  1927: 'ER_CONNECTION_KILLED',
  1969: 'ER_STATEMENT_TIMEOUT',
  4025: 'ER_CONSTRAINT_FAILED',
};

/** What postgres.js throws: SQLSTATEs, its own CONNECTION_… codes, and Node's network codes. */
export function postgresError(partner: Partner, error: unknown): PartnerError {
  if (error instanceof PartnerError) return error;
  const code = codeOf(error);
  if (code === 'CONNECT_TIMEOUT') return timedOut(partner);
  if (code === null) return new PartnerError(partner, 'transient', 'failed without a code');
  const errorClass = listed('sqlstate', code);
  if (errorClass === undefined && networkCode.test(code)) return networkError(partner, error);
  return new PartnerError(partner, errorClass ?? 'transient', `SQLSTATE ${code}`);
}

/** What nodemailer throws: the server's reply code where there is one, else nodemailer's own code. */
export function smtpError(partner: Partner, error: unknown): PartnerError {
  if (error instanceof PartnerError) return error;
  const code = codeOf(error);
  const reply = error instanceof Error && 'responseCode' in error ? error.responseCode : undefined;
  const greeting = error instanceof Error && 'command' in error && error.command === 'CONN';
  if (typeof reply === 'number') {
    // A server that refuses at the greeting has not seen the message: 554 there is about the server.
    const answer = `${reply}${enhancedStatus(error)}`;
    const errorClass = greeting ? 'unavailable' : (listed('smtp', String(reply), answer) ?? 'transient');
    return new PartnerError(partner, errorClass, `SMTP ${answer}`);
  }
  if (code === 'ETIMEDOUT' || code === 'EABORT') return timedOut(partner);
  if (code === null) return new PartnerError(partner, 'transient', 'failed without a code');
  const errorClass = listed('nodemailer', code);
  if (errorClass === undefined && networkCode.test(code)) return networkError(partner, error);
  return new PartnerError(partner, errorClass ?? 'transient', `mail ${code}`);
}

/** ` 5.1.1` from a reply: the code only, since the words after it quote the recipient. */
function enhancedStatus(error: unknown): string {
  const response = error instanceof Error && 'response' in error ? error.response : undefined;
  const code = typeof response === 'string' ? /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] : undefined;
  return code === undefined ? '' : ` ${code}`;
}

/** `Retry-After` as seconds or as an HTTP date, in milliseconds from `now`; null when absent or unreadable. */
export function retryAfterMs(header: string | null | undefined, now: number = Date.now()): number | null {
  if (header === null || header === undefined || header.trim() === '') return null;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Math.round(Number(header) * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
