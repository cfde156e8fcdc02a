export interface DiffRow {
  field: string;
  /** Before and after. undefined: that side does not name the field. */
  values: readonly [string | null | undefined, string | null | undefined];
  differs?: boolean;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const isMasked = (text: string | null) => text !== null && /\*\*/.test(text);

/** Field by field before and after. A side that does not name a field has undefined there; one that is no object is one row. */
export function diffRows(before: unknown, after: unknown): DiffRow[] {
  if (!isObject(before) && !isObject(after)) {
    return [{ field: 'value', values: [textOf(before), textOf(after)] }];
  }
  const [was, is] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  const fields = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return fields.map((field) => ({
    field,
    values: [field in was ? textOf(was[field]) : undefined, field in is ? textOf(is[field]) : undefined],
    // Equal masks stand for values that differ: an entry holds what was changed.
    differs: textOf(was[field]) !== textOf(is[field]) || isMasked(textOf(is[field])),
  }));
}
