'use client';

import { parseAsString, useQueryStates } from 'nuqs';
import { useMemo } from 'react';

/** Filters in the URL: one string each, empty when not set. Setting one drops what `resets` names (a cursor, a selection). */
export function useFilters(names: readonly string[], resets: readonly string[] = []) {
  const key = [...names, ...resets].join(' ');
  const parsers = useMemo(() => Object.fromEntries(key.split(' ').map((name) => [name, parseAsString])), [key]);
  const [state, setState] = useQueryStates(parsers, { history: 'replace', clearOnDefault: true });
  const values: Record<string, string> = Object.fromEntries(names.map((name) => [name, state[name] ?? '']));
  const cleared = Object.fromEntries(resets.map((name) => [name, null]));
  return {
    values,
    set: (name: string, value: string) => void setState({ ...cleared, [name]: value === '' ? null : value }),
    /** As `set`, with a step that the browser's Back undoes. */
    go: (changes: Record<string, string>) => void setState({ ...cleared, ...changes }, { history: 'push' }),
    clear: () => void setState({ ...cleared, ...Object.fromEntries(names.map((name) => [name, null])) }),
  };
}
