import { expect, test } from 'vitest';
import { parsePayload } from './parse-payload.ts';

test('only an object is a payload', () => {
  expect(parsePayload('{"memberId":"1"}').payload).toEqual({ memberId: '1' });
  for (const text of ['[]', 'null', '"x"', '3'])
    expect(parsePayload(text).problem).toBe('A payload is an object: { … }');
});

test('broken JSON says so', () => {
  expect(parsePayload('{"a":').problem).toMatch(/^This is not JSON: /);
});
