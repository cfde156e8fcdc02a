import { AppError, changedMeanwhile } from './errors.ts';

interface DatabaseError {
  code: string;
  constraint_name?: string;
}

/** The Postgres error behind whatever Drizzle or postgres.js threw, or null. */
export function databaseErrorOf(error: unknown): DatabaseError | null {
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^[0-9A-Z]{5}$/.test(current.code)) {
      const constraint =
        'constraint_name' in current && typeof current.constraint_name === 'string'
          ? current.constraint_name
          : undefined;
      return { code: current.code, ...(constraint ? { constraint_name: constraint } : {}) };
    }
    current = current.cause;
  }
  return null;
}

const conflicts: Record<string, string> = {
  '23505': 'It exists already.',
  '23503': 'It refers to something that does not exist, or something still refers to it.',
  '23P01': 'It overlaps with something that exists.',
};

/** Serialization failure, deadlock, lock not available. */
const lostRaces = new Set(['40001', '40P01', '55P03']);

/** Dates, encodings and numbers that cannot be: what a parser let through, and the caller's doing all the same. */
const unreadable = new Set(['22007', '22008', '22009', '22P02', '22003', '22023']);

const rules: Record<string, string> = {
  '23514': 'A value is outside of what is allowed.',
  '23502': 'A value is missing.',
  '22001': 'A value is too long.',
  '22P05': 'The text has a character that cannot be stored.',
  '22021': 'The text has a character that cannot be stored.',
};

const outages = /^(08...|57P0[123]|53...)$/;
const lostConnection = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
]);

/** Turns a database error into what a caller may hear, or returns null when it is a surprise. */
export function appErrorOfDatabase(error: unknown): AppError | null {
  if (isLostConnection(error)) return unavailable(error);
  const found = databaseErrorOf(error);
  if (!found) return null;
  if (outages.test(found.code)) return unavailable(error);
  if (lostRaces.has(found.code)) return changedMeanwhile(error);
  if (unreadable.has(found.code)) return new AppError('invalid_request', 'A value cannot be read.', { cause: error });
  const conflict = conflicts[found.code];
  if (conflict) return new AppError('conflict', conflict, { cause: error });
  const rule = rules[found.code];
  if (rule) return new AppError('rule_violated', rule, { cause: error });
  return null;
}

function isLostConnection(error: unknown): boolean {
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && lostConnection.has(current.code)) return true;
    current = current.cause;
  }
  return false;
}

const unavailable = (cause: unknown) =>
  new AppError('unavailable', 'The database is out of reach. Nothing was changed. Please try again shortly.', {
    retryAfterSeconds: 2,
    cause,
  });
