import { expect, test } from 'vitest';
import { ApiError, failureOf, messageOf, networkError, ToldError } from './problem.ts';

const refused = new ApiError({ status: 422, title: 'A rule says no', detail: 'It has ended.' });
const broken = new ApiError({ status: 503, title: 'Not available', detail: 'Try later.' });

test('what was not done is said of refusals alone', () => {
  expect(failureOf(refused, 'Nothing was changed')).toEqual({ title: 'Nothing was changed', text: 'It has ended.' });
  expect(failureOf(networkError(), 'Nothing was changed')).toEqual({
    title: 'No connection',
    text: 'Nothing that you entered is lost. Try again once you are connected.',
  });
});

test('an order without an answer is neither made nor not made', () => {
  for (const error of [networkError(), broken]) {
    expect(failureOf(error, 'Not paid yet', 'order')).toEqual({
      title: 'We do not know yet whether your order arrived',
      text: 'Press the button again: the same order is never made twice.',
    });
  }
  expect(failureOf(refused, 'Not paid yet', 'order').title).toBe('Not paid yet');
});

test('what is written for the person is said as it is', () => {
  expect(messageOf(new ToldError('The card has no number.'))).toBe('The card has no number.');
  expect(messageOf(new Error('x is undefined'))).not.toContain('undefined');
});
