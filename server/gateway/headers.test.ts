import { expect, test } from 'vitest';
import { cardSourcesOf, pagePolicy } from './headers.ts';

const policyWith = (settings: Parameters<typeof cardSourcesOf>[0]) =>
  pagePolicy('abc', false, cardSourcesOf(settings)).split('; ');

test('pages hold the frame of the payment service that is set, and no other', () => {
  expect(policyWith({})).toContain("frame-src 'none'");
  const own = policyWith({ STRIPE_FRAME_URL: 'http://localhost:4010/frame', STRIPE_PUBLISHABLE_KEY: 'pk_test_1' });
  expect(own).toContain('frame-src http://localhost:4010');
  expect(own.join()).not.toContain('stripe.com');
});

test('with Stripe itself its script, its frames and its API are let in', () => {
  const real = policyWith({ STRIPE_PUBLISHABLE_KEY: 'pk_live_1' });
  expect(real.find((part) => part.startsWith('frame-src'))).toContain('https://js.stripe.com');
  expect(real.find((part) => part.startsWith('script-src'))).toContain("'strict-dynamic' https://js.stripe.com");
  expect(real.find((part) => part.startsWith('connect-src'))).toBe("connect-src 'self' https://api.stripe.com");
});
