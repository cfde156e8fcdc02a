export interface FieldError {
  /** Dotted path into the body. */
  path: string;
  message: string;
}

/** A refused or failed call. `status` 0: the network did not carry it, so nobody knows whether it arrived. */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly correlationId: string | null;
  readonly errors: FieldError[];
  readonly retryAfterSeconds: number | null;

  constructor(problem: {
    status: number;
    title: string;
    detail: string;
    correlationId?: string | null;
    errors?: FieldError[];
    retryAfterSeconds?: number | null;
  }) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.correlationId = problem.correlationId ?? null;
    this.errors = problem.errors ?? [];
    this.retryAfterSeconds = problem.retryAfterSeconds ?? null;
  }
}

/** Its message is written for the person, and says all there is to say. */
export class ToldError extends Error {}

export const isStatus = (error: unknown, ...statuses: number[]): error is ApiError =>
  error instanceof ApiError && statuses.includes(error.status);

/** Worth another try without a person: the network, or a server that says it is temporary. Never 401 or 403. */
export const isTransient = (error: unknown) =>
  error instanceof ApiError &&
  (error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504);

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

function fieldErrorsOf(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return [];
    const { path, message } = item as Record<string, unknown>;
    return typeof path === 'string' && typeof message === 'string' ? [{ path, message }] : [];
  });
}

/** Reads an error answer; a body that is not problem+json still gives an honest error. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const retryAfter = Number(response.headers.get('retry-after'));
  return new ApiError({
    status: response.status,
    title: textOf(problem.title) || 'Something went wrong on our side',
    detail: textOf(problem.detail),
    correlationId: textOf(problem.correlationId) || response.headers.get('x-correlation-id'),
    errors: fieldErrorsOf(problem.errors),
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
  });
}

export const networkError = () =>
  new ApiError({
    status: 0,
    title: 'No connection',
    detail: 'Guildhall could not be reached. Check your connection and try again.',
  });

/** For a person: what happened and what to do, in one or two sentences. */
export function messageOf(error: unknown): string {
  if (error instanceof ToldError) return error.message;
  if (!(error instanceof ApiError)) return 'Something unexpected happened. Try again.';
  if (error.status === 429) {
    const wait = error.retryAfterSeconds;
    return `Too many attempts. Try again ${wait === null ? 'in a while' : `in ${waitText(wait)}`}.`;
  }
  if (error.status === 401) return error.detail || 'Your session has ended. Sign in again, then repeat this.';
  return error.detail || error.title;
}

/** Nobody knows whether what was asked for was done: there was no answer, or none of ours. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500);

export type Once = 'order' | 'payment' | 'transfer';

/**
 * A change that did not go through, for a person. `title` holds for refusals alone: without a connection nobody knows what was
 * done. Forms keep what was typed, and their buttons do nothing twice, so that pressing again is always right.
 */
export function failureOf(error: unknown, title?: string, once?: Once): { title: string | undefined; text: string } {
  if (once && isUnanswered(error)) {
    return {
      title: `We do not know yet whether your ${once} arrived`,
      text: `Press the button again: the same ${once} is never made twice.`,
    };
  }
  if (isStatus(error, 0)) {
    return { title: 'No connection', text: 'Nothing that you entered is lost. Try again once you are connected.' };
  }
  return { title, text: messageOf(error) };
}

const waitText = (seconds: number) =>
  seconds < 90
    ? `${Math.ceil(seconds)} seconds`
    : seconds < 5400
      ? `${Math.ceil(seconds / 60)} minutes`
      : 'a few hours';
