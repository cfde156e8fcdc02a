import { invalid } from './errors.ts';
import type { Store } from './store.ts';

export function listOf(url: string, { data, has_more }: { data: object[]; has_more: boolean }) {
  return { object: 'list', url, has_more, data };
}

const deepest = 4;

/** Puts objects in the place of their ids: `latest_charge.balance_transaction`, in lists `data.customer`. */
export function expand(store: Store, body: object, paths: readonly string[]): object {
  const whole: unknown = structuredClone(body);
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.length > deepest + 1)
      throw invalid(`You cannot expand more than ${deepest} levels of a property: ${path}.`);
    expandStep(store, whole, steps, path);
  }
  return whole as object;
}

function expandStep(store: Store, value: unknown, [step, ...rest]: string[], path: string): void {
  if (step === undefined || value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    for (const item of value) expandStep(store, item, [step, ...rest], path);
    return;
  }
  if (!Reflect.has(value, step)) {
    throw invalid(`This property cannot be expanded (${step}).`, { param: 'expand' });
  }
  const inside: unknown = Reflect.get(value, step);
  const found = typeof inside === 'string' ? store.findAny(inside) : undefined;
  if (typeof inside === 'string' && !found)
    throw invalid(`This property cannot be expanded (${path}).`, { param: 'expand' });
  if (found) Reflect.set(value, step, structuredClone(found));
  const next: unknown = Reflect.get(value, step);
  expandStep(store, next, rest, path);
}
