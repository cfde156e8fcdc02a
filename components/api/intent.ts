'use client';

import { useCallback, useRef } from 'react';
import { ApiError, isUnanswered } from './problem.ts';

/**
 * One idempotency key per thing that a person means to do: pressing again after a lost answer repeats the same request,
 * changing the form makes another. A definite answer (anything but "no connection" and 5xx) ends the intent.
 */
export function useIntent() {
  const held = useRef<{ body: string; key: string } | null>(null);
  return useCallback(async <T>(body: unknown, work: (key: string) => Promise<T>): Promise<T> => {
    const text = JSON.stringify(body);
    if (held.current?.body !== text) held.current = { body: text, key: crypto.randomUUID() };
    try {
      const result = await work(held.current.key);
      held.current = null;
      return result;
    } catch (error) {
      if (error instanceof ApiError && !isUnanswered(error)) held.current = null;
      throw error;
    }
  }, []);
}
