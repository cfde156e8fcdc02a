import { expect, test } from 'vitest';
import { mostOf, stockWords } from './words.ts';

const book = (available: number) => ({ stock: { available }, digital: false, kind: 'book' as const });
const event = (available: number) => ({ stock: { available }, digital: true, kind: 'event' as const });

test('what is left is said in words', () => {
  expect([0, 1, 5, 6].map((left) => stockWords(book(left)).text)).toEqual([
    'Sold out',
    'Only 1 left',
    'Only 5 left',
    'In stock',
  ]);
  expect([0, 1, 2, 30].map((left) => stockWords(event(left)).text)).toEqual([
    'No places left',
    'Only 1 place left',
    'Only 2 places left',
    'Places available',
  ]);
  expect(stockWords({ stock: null, digital: true, kind: 'course' }).text).toBe('Available at once');
});

test('one may have no more than there is, and no more than is allowed', () => {
  expect(mostOf({ stock: { available: 3 }, maxPerOrder: 20 })).toBe(3);
  expect(mostOf({ stock: { available: 30 }, maxPerOrder: 2 })).toBe(2);
  expect(mostOf({ stock: null, maxPerOrder: 4 })).toBe(4);
});
