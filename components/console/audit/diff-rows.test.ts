import { expect, test } from 'vitest';
import { diffRows } from './diff-rows.ts';

test('a field that only one side names is told from one that became empty', () => {
  expect(diffRows({ phone: '1', city: 'Ulm' }, { phone: null, name: 'Ada' })).toEqual([
    { field: 'phone', values: ['1', null], differs: true },
    { field: 'city', values: ['Ulm', undefined], differs: true },
    { field: 'name', values: [undefined, 'Ada'], differs: true },
  ]);
});

test('equal lists do not differ', () => {
  expect(diffRows({ roles: ['staff'] }, { roles: ['staff'] })[0]?.differs).toBe(false);
});

test('equal masks are no proof that nothing changed', () => {
  const phone = '+3120***567';
  expect(diffRows({ phone, status: 'active' }, { phone, status: 'active' }).map(({ differs }) => differs)).toEqual([
    true,
    false,
  ]);
});
