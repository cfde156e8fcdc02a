import { type AppError, type ErrorCode, type FieldError, statusOf, titleOf } from './errors.ts';

/** RFC 9457. `type` is a URN, so that it names the problem without promising a page. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  correlationId: string;
  errors?: FieldError[];
}

export const problemContentType = 'application/problem+json';

export function problemOf(code: ErrorCode, detail: string, correlationId: string, errors: FieldError[] = []): Problem {
  const problem: Problem = {
    type: `urn:guildhall:problem:${code}`,
    title: titleOf[code],
    status: statusOf[code],
    detail,
    correlationId,
  };
  if (errors.length > 0) problem.errors = errors;
  return problem;
}

export const problemOfError = (error: AppError, correlationId: string) =>
  problemOf(error.code, error.message, correlationId, error.errors);
