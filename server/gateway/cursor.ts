import { AppError } from '#server/errors/errors.ts';

/** Keyset cursors: the last row's sort values, as JSON in base64url. Opaque to callers; holds no personal values. */
export const encodeCursor = (values: readonly (string | number)[]) =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

/** @throws AppError `invalid_request` for anything that `encodeCursor` did not make with this many values. */
export function decodeCursor(cursor: string, length: number): (string | number)[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (
      Array.isArray(values) &&
      values.length === length &&
      values.every((v) => typeof v === 'string' || typeof v === 'number')
    ) {
      return values;
    }
  } catch {
    // Falls through: unreadable and wrong are the same to the caller.
  }
  throw new AppError('invalid_request', 'The cursor is not one that this list gave.', {
    errors: [{ path: 'query.cursor', message: 'is not a cursor of this list' }],
  });
}
