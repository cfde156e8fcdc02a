import { createHash } from 'node:crypto';
import { appErrorOfDatabase, databaseErrorOf } from '#server/errors/database-errors.ts';
import { AppError } from '#server/errors/errors.ts';
import { PartnerError } from '#server/integrations/partner-error.ts';

/** What went wrong, in words that may be kept: codes and our own sentences, never a value. */
export interface Failure {
  /** A partner's error class; `database`, `refused` (a rule of ours) or `unexpected`. */
  class: string;
  reason: string;
}

export function failureOf(error: unknown): Failure {
  const { class: errorClass, reason } = classified(error);
  // Cut characters and NUL cannot be stored: the job could not be settled, again and again.
  return { class: errorClass, reason: reason.replaceAll('\0', '').toWellFormed() };
}

function classified(error: unknown): Failure {
  if (error instanceof PartnerError) return { class: error.errorClass, reason: error.message };
  if (error instanceof AppError) return { class: 'refused', reason: `${error.code}: ${withoutValues(error.message)}` };
  const database = databaseErrorOf(error);
  if (database) {
    const where = database.constraint_name ? ` (${database.constraint_name})` : '';
    return { class: 'database', reason: `database error ${database.code}${where}` };
  }
  if (isTransient(error)) return { class: 'database', reason: 'the database is out of reach' };
  if (error instanceof Error) {
    // Drizzle puts the parameters of a failed query into the message.
    const message = error.message.startsWith('Failed query:') ? 'Failed query' : error.message;
    return { class: 'unexpected', reason: `${error.name}: ${withoutValues(message)}` };
  }
  return { class: 'unexpected', reason: 'something that is no error was thrown' };
}

/** Messages of libraries may quote what they were given: addresses, numbers and quoted text are struck out. */
function withoutValues(message: string): string {
  return message
    .replace(/\S+@\S+/g, '…')
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/\+?\d[\d\s().-]{4,}\d/g, '…')
    .slice(0, 500);
}

/** True for what the database may well accept in a moment: deadlocks, serialisation, locks, time limits, outages. */
export function isTransient(error: unknown): boolean {
  const found = databaseErrorOf(error);
  if (found) return /^(40001|40P01|55P03|57014|25P0[34]|08...|57P0[1-5]|53...)$/.test(found.code);
  return (error instanceof AppError ? error : appErrorOfDatabase(error))?.code === 'unavailable';
}

/**
 * Dead letters with the same cause have the same fingerprint. Reasons of partners and of the database are made of codes and
 * are taken as they are; in other messages ids and counts are left out.
 */
export function fingerprintOf(queue: string, failure: Failure): string {
  const coded = failure.class !== 'unexpected' && failure.class !== 'refused';
  const shape = coded ? failure.reason : failure.reason.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '#');
  return createHash('sha256').update(`${queue}\n${failure.class}\n${shape}`).digest('hex').slice(0, 16);
}
