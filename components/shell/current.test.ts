import { expect, test } from 'vitest';
import { currentAt } from './current.ts';

test.each([
  ['/account', '/account', [], 'page'],
  ['/account/add', '/account', [], 'true'],
  ['/cards', '/account', ['/cards'], 'true'],
  ['/loans/1', '/account', ['/cards', '/loans'], 'true'],
  ['/cardsharks', '/account', ['/cards'], undefined],
  ['/', '/', [], 'page'],
  ['/shop', '/', [], undefined],
] as const)('on %s the link to %s with %j is %s', (path, href, also, current) => {
  expect(currentAt(path, href, also)).toBe(current);
});
