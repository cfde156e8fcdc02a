import { afterEach, beforeEach, expect, vi } from 'vitest';

// What a test did not expect on the console is a failure: a warning that nobody reads is a bug that nobody sees.
const watched = ['error', 'warn'] as const;

beforeEach(() => {
  for (const method of watched) vi.spyOn(console, method);
});

afterEach(() => {
  for (const method of watched) {
    const calls = vi.mocked(console[method]).mock.calls;
    expect(calls, `unexpected console.${method}`).toEqual([]);
  }
});
