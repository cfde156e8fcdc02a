import { z } from 'zod';

/** Shapes that many routes share. */

/** In lower case, whatever was sent: the database folds ids when it compares them; JavaScript, text columns and cache keys do not. */
export const id = z.uuid().toLowerCase().describe('uuid');

const anyUuid = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi;

/** Text that may name a record (`member/ID`, `member-ID`): ids in it in lower case, as `id` is. */
export const textWithIds = (max: number) =>
  z
    .string()
    .max(max)
    .overwrite((value) => value.replace(anyUuid, (found) => found.toLowerCase()));

/** A whole number in a query, in digits alone: not `0x10`, `1e1`, ` 5` or nothing. At most 15 digits, which JavaScript counts exactly. */
export const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN),
    z.int('must be a whole number').min(min).max(max),
  );

const yearOf = (time: string) => Number(time.slice(0, 4));
/** What clocks on Earth show is at most 14 hours from UTC; the database refuses more than 16. */
const farOffset = /[+-](14:(?!00)|1[5-9]|2\d):?\d\d$/;

/** Years that mean something, and that a JavaScript date and a database time both can hold. */
export const timestamp = z.iso
  .datetime({ offset: true })
  .max(40)
  .refine((time) => yearOf(time) >= 1900 && yearOf(time) <= 2200, 'must be a year from 1900 to 2200')
  .refine((time) => !farOffset.test(time), 'has an offset that no clock shows')
  .describe('RFC 3339, UTC');
export const idParams = z.strictObject({ id });

export const money = z.strictObject({
  amount: z.int().describe('minor units'),
  currency: z.string().regex(/^[A-Z]{3}$/),
});

export const pageQuery = {
  limit: wholeNumber(1, 200).default(50),
  cursor: z.string().max(500).optional(),
};

export const listOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ data: z.array(item), nextCursor: z.string().nullable() });

/** One line of text that a person typed: trimmed, without control characters, never empty. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'has a character that is not allowed');

/** Text of several lines. */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: tab and line breaks are allowed, the rest of them are not.
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\p{Cs}]*$/u, 'has a character that is not allowed');

/** Why someone did something; kept in the audit trail. */
export const reason = text(500);
