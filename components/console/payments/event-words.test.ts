import { expect, test } from 'vitest';
import { codeWords, paymentEventWords } from './event-words.ts';

test('codes are said in words; one that nobody knows as it is', () => {
  expect(paymentEventWords('payment.refund_failed', { code: 'invalid_request_error' })).toBe(
    'The refund failed: the payment service did not accept it',
  );
  expect(paymentEventWords('payment.failed', { code: 'insufficient_funds' })).toBe(
    'Failed: not enough money on the card',
  );
  expect(paymentEventWords('payment.failed', { code: 'resource_missing' })).toBe(
    'Failed: the card cannot be used any more',
  );
  expect(paymentEventWords('payment.refund_failed', { code: 'resource_missing' })).toBe(
    'The refund failed: the payment service does not know the payment',
  );
  expect(codeWords('some_new_code')).toBe('some new code');
});
