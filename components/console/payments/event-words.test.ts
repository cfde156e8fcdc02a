import { expect, test } from 'vitest';
import { codeWords, paymentEventWords } from './event-words.ts';

test('codes are said in words; one that nobody knows as it is', () => {
  expect(paymentEventWords('payment.refund_failed', { code: 'invalid_request_error' })).toBe(
    'The refund failed: the payment service did not accept it',
  );
  expect(paymentEventWords('payment.failed', { code: 'insufficient_funds' })).toBe(
    'Failed: not enough money on the card',
  );
  expect(codeWords('some_new_code')).toBe('some new code');
});
