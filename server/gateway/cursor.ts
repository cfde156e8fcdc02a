import { z } from 'zod';
import { AppError } from '#server/errors/errors.ts';
import { id, timestamp } from './shapes.ts';

/** Keyset cursors: the last row's sort values, as JSON in base64url. Opaque to callers; holds no personal values. */
export const encodeCursor = (values: readonly (string | number)[]) =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

const kinds = {
  /** As RFC 3339 or as Postgres writes it. */
  timestamp: z.string().refine((value) => timestamp.safeParse(asRfc3339(value)).success),
  uuid: id,
  text: z
    .string()
    .max(500)
    .regex(/^[^\p{Cs}\0]*$/u),
  whole: z.int(),
};
type Kind = keyof typeof kinds;
type Values<Shape extends readonly Kind[]> = { -readonly [I in keyof Shape]: z.output<(typeof kinds)[Shape[I]]> };

/** Anybody can make a cursor. @throws AppError `invalid_request` for one that does not hold values of these kinds. */
export function decodeCursor<const Shape extends readonly Kind[]>(cursor: string, shape: Shape): Values<Shape> {
  const values = valuesOf(cursor);
  if (Array.isArray(values) && values.length === shape.length) {
    const parsed = shape.map((kind, i) => kinds[kind].safeParse(values[i]));
    if (parsed.every((one) => one.success)) return parsed.map((one) => one.data) as Values<Shape>;
  }
  throw new AppError('invalid_request', 'The cursor is not one that this list gave.', {
    errors: [{ path: 'query.cursor', message: 'is not a cursor of this list' }],
  });
}

/** undefined for what cannot be read: to the caller that is the same as wrong. */
function valuesOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

const asRfc3339 = (value: string) => value.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
