import { appErrorOfDatabase } from '#server/errors/database-errors.ts';
import { AppError, statusOf } from '#server/errors/errors.ts';
import { problemContentType, problemOf, problemOfError } from '#server/errors/problem.ts';

/** What goes out, before it is written. Header names are lower-case. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Pieces are written as they come; null for an answer without a body. */
  body: string | AsyncIterable<string | Uint8Array> | null;
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  if (status === 204) return { status, headers, body: null };
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function problemAnswer(error: AppError, correlationId: string): Answer {
  const headers: Record<string, string> = { 'content-type': problemContentType };
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds);
  else if (error.code === 'unavailable') headers['retry-after'] = '5';
  if (error.allow) headers.allow = error.allow.join(', ');
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  return { status: statusOf[error.code], headers, body: JSON.stringify(problemOfError(error, correlationId)) };
}

/** Nothing of the cause is told: it is in the log, under the same correlation id. */
export const surpriseAnswer = (correlationId: string): Answer => ({
  status: 500,
  headers: { 'content-type': problemContentType },
  body: JSON.stringify(
    problemOf('internal', 'We could not do this, and have noted it. Please quote the correlation id.', correlationId),
  ),
});

/** The expected outcome behind whatever was thrown, or null for a surprise. */
export const expectedError = (error: unknown): AppError | null =>
  error instanceof AppError ? error : appErrorOfDatabase(error);
