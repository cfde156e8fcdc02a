import { z } from 'zod';
import { invalid } from './errors.ts';

/** A form-encoded body or query as the nested object it stands for. */
export type Form = { [name: string]: FormValue };
export type FormValue = string | Form | FormValue[];

/** `a[b]=1&expand[0]=x&types[]=y` → `{a: {b: '1'}, expand: ['x'], types: ['y']}`. */
export function decodeForm(text: string): Form {
  const root = new Map<string, Node>();
  for (const [name, value] of new URLSearchParams(text)) place(root, segments(name), value);
  return toObject(root);
}

type Node = string | Map<string, Node>;

function place(root: Map<string, Node>, path: string[], value: string): void {
  let node = root;
  path.forEach((segment, index) => {
    const name = segment === '' ? String(node.size) : segment;
    if (index === path.length - 1) {
      node.set(name, value);
      return;
    }
    const next = node.get(name);
    if (next instanceof Map) node = next;
    else {
      const made = new Map<string, Node>();
      node.set(name, made);
      node = made;
    }
  });
}

function segments(name: string): string[] {
  const [first = '', ...rest] = name.split('[');
  return [first, ...rest.map((part) => part.replace(/\]$/, ''))];
}

function toObject(node: Map<string, Node>): Form {
  return Object.fromEntries([...node].map(([name, value]) => [name, toValue(value)]));
}

function toValue(node: Node): FormValue {
  if (typeof node === 'string') return node;
  const names = [...node.keys()];
  return names.every((name) => /^\d+$/.test(name)) ? [...node.values()].map(toValue) : toObject(node);
}

/** The parameters as an endpoint takes them. Throws Stripe's 400 that names the first wrong one. */
export function parseParams<T extends z.ZodType>(schema: T, form: Form): z.output<T> {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (!issue) throw parsed.error;
  if (issue.code === 'unrecognized_keys') {
    const param = bracketed([...issue.path, issue.keys[0] ?? '']);
    throw invalid(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
  }
  const param = bracketed(issue.path);
  if (valueAt(form, issue.path) === undefined) {
    throw invalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
  const code = issue.message === wrongInteger ? { code: 'parameter_invalid_integer' } : {};
  throw invalid(
    issue.message === wrongInteger
      ? `Invalid integer: ${String(valueAt(form, issue.path))}`
      : `Invalid ${param}: ${issue.message}`,
    {
      ...code,
      param,
    },
  );
}

function bracketed(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (index === 0 ? String(part) : `[${String(part)}]`)).join('');
}

function valueAt(form: Form, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    form,
  );
}

const wrongInteger = 'must be an integer';

export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/, wrongInteger)
  .transform(Number);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const text = z.string().min(1);
export const currency = z
  .string()
  .regex(/^[a-zA-Z]{3}$/, 'must be a three-letter code')
  .transform((value) => value.toLowerCase());
/** An empty string clears what is set. */
export const metadata = z.union([z.record(z.string().max(40), z.string().max(500)), z.literal('')]);

export const expandable = { expand: z.array(z.string()).max(20).optional() };
export const created = z.union([
  integer.transform((at) => ({ gte: at, lte: at })),
  z.strictObject({ gt: integer.optional(), gte: integer.optional(), lt: integer.optional(), lte: integer.optional() }),
]);
export const paging = {
  ...expandable,
  limit: integer.refine((value) => value >= 1 && value <= 100, 'must be between 1 and 100').default(10),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

export function withMetadata(before: Record<string, string>, given: z.output<typeof metadata> | undefined) {
  if (given === undefined) return before;
  if (given === '') return {};
  return Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== ''));
}
