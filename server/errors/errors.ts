/** The closed list of what can go wrong for a caller, and the HTTP status of each. */
export const statusOf = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  rule_violated: 422,
  precondition_required: 428,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof statusOf;

export const titleOf: Record<ErrorCode, string> = {
  invalid_request: 'The request cannot be read',
  unauthenticated: 'Please sign in',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  method_not_allowed: 'Method not allowed',
  conflict: 'Conflict with the current state',
  precondition_failed: 'Changed by someone else',
  too_large: 'Too large',
  unsupported_media_type: 'Unsupported content type',
  rule_violated: 'A rule does not allow this',
  precondition_required: 'A precondition is missing',
  too_many_requests: 'Too many requests',
  internal: 'Something went wrong on our side',
  unavailable: 'Temporarily unavailable',
};

export interface FieldError {
  /** Dotted path into the body, `query.` and `path.` before parameters. */
  path: string;
  message: string;
}

/** An expected outcome that the caller should hear about. Anything else that is thrown is a surprise: logged, and answered 500. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[];
  /** Whole seconds for `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  /** `Allow`, for `method_not_allowed`. */
  readonly allow: string[] | undefined;
  /** The same request may succeed when it is sent again: a race was lost. */
  readonly transient: boolean;
  /** Refused for who asks, although the code does not say so. The gateway records it as it records `forbidden`. */
  readonly refused: boolean;

  constructor(
    code: ErrorCode,
    detail: string,
    options: {
      errors?: FieldError[];
      retryAfterSeconds?: number;
      allow?: string[];
      transient?: boolean;
      refused?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.allow = options.allow;
    this.transient = options.transient ?? false;
    this.refused = options.refused ?? false;
  }
}

const nothingHere = 'There is nothing here, or it is not yours.';

export const notFound = (what = nothingHere) => new AppError('not_found', what);

/** Says what `notFound` says, of a record that the caller may not know of: the refusal is recorded, and not told. */
export const notYours = () => new AppError('not_found', nothingHere, { refused: true });

/** A race was lost; nothing was changed. */
export const changedMeanwhile = (cause?: unknown) =>
  new AppError('conflict', 'Someone else changed it at the same moment. Please try again.', { transient: true, cause });

export const ruleViolated = (detail: string, errors: FieldError[] = []) =>
  new AppError('rule_violated', detail, { errors });

export const conflict = (detail: string, errors: FieldError[] = []) => new AppError('conflict', detail, { errors });
