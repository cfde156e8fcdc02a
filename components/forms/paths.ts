/** Values in values, addressed by dotted paths. */

export type Tree = { [key: string]: unknown };
export type Leaves<Leaf> = [path: string, leaf: Leaf][];

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** What stands at `path`; undefined when there is no such place. */
export const readAt = (tree: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (isTree(value) ? value[key] : undefined), tree);

/** Whether two values have the same leaves. */
export const isSame = (one: unknown, other: unknown): boolean =>
  isTree(one) && isTree(other)
    ? Object.keys({ ...one, ...other }).every((key) => isSame(one[key], other[key]))
    : Object.is(one, other);

/** A copy of `tree` with `value` at `path`; what does not lie on the path is shared with the original. */
export function writeAt<Root extends object>(tree: Root, path: string, value: unknown): Root {
  const [key = '', ...rest] = path.split('.');
  const inner = (tree as Tree)[key];
  return { ...tree, [key]: rest.length === 0 ? value : writeAt(isTree(inner) ? inner : {}, rest.join('.'), value) };
}
