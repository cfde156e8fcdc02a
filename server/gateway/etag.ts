import { AppError } from '#server/errors/errors.ts';

export const etagHeader = (validator: string) => `"${validator}"`;

/** Ends the validator of a version's masked form. Writing only asks for the version, whichever form of it was seen. */
export const maskedSuffix = '-masked';

/** True when the caller has this very version already (RFC 9110, weak comparison). */
export function isFresh(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/**
 * The version that the caller holds, without quotes; null for none and for `*`, which any version satisfies.
 * @throws AppError `precondition_failed` for a weak one (it never matches a write), `invalid_request` for what is no ETag.
 */
export function readIfMatch(ifMatch: string | null): string | null {
  const value = ifMatch?.trim() ?? '*';
  if (value === '*') return null;
  if (/^W\//.test(value)) throw new AppError('precondition_failed', 'A weak ETag does not identify a version.');
  const validator = value.match(/^"([^"\s]{1,200})"$/)?.[1];
  if (validator !== undefined)
    return validator.endsWith(maskedSuffix) ? validator.slice(0, -maskedSuffix.length) : validator;
  throw new AppError('invalid_request', 'If-Match must be one ETag, as it was given.', {
    errors: [{ path: 'if-match', message: 'is not an ETag' }],
  });
}
