import { expect, test } from 'vitest';
import { logWords, sagaSubject } from './words.ts';

test('the end of a saga is not the end of its last step', () => {
  expect(logWords({ step: 'complete', what: 'completed' })).toEqual({ step: 'Book the sale', words: 'completed' });
  expect(logWords({ step: 'complete', what: 'saga completed' })).toEqual({ step: null, words: 'Every step is done' });
  expect(logWords({ step: null, what: 'begun' })).toEqual({ step: null, words: 'Begun' });
});

test('what a saga is about has its number, or the end of its id while there is none', () => {
  const subject = { type: 'order', subjectId: '0199aaaa-0000-7000-8000-0000deadbeef' };
  expect(sagaSubject({ ...subject, subjectNumber: 'O-000093' })).toBe('Order O-000093');
  expect(sagaSubject({ ...subject, subjectNumber: null })).toBe('Order …deadbeef');
});
