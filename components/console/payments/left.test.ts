import { expect, test } from 'vitest';
import type { Refund } from '../../api/console/shapes.ts';
import { leftOf } from './left.ts';

const amount = (minor: number) => ({ amount: minor, currency: 'EUR' });
const refund = (minor: number, status: Refund['status']): Refund => ({
  id: 'r',
  paymentId: 'p',
  amount: amount(minor),
  reason: null,
  cause: 'by_staff',
  status,
  failureCode: null,
  createdAt: '2026-11-21T10:00:00Z',
  updatedAt: '2026-11-21T10:00:00Z',
});

test('what is on its way back is no longer left; what failed is again', () => {
  const payment = { amount: amount(12_900), status: 'partially_refunded' as const };
  expect(leftOf(payment, [refund(2_900, 'succeeded'), refund(5_000, 'requested'), refund(1_000, 'failed')])).toBe(
    5_000,
  );
});

test.each(['initiated', 'requires_action', 'unknown', 'failed', 'refunded'] as const)(
  'nothing of a payment that is %s',
  (status) => expect(leftOf({ amount: amount(12_900), status }, [])).toBe(0),
);
