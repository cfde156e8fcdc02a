import { getPayment, type PaymentSettings } from '../../api/checkout.ts';
import { get } from '../../api/client.ts';
import { ApiError } from '../../api/problem.ts';

/** Where the bank has no page of its own, Stripe's script asks on its behalf. @throws ApiError in words for the payer */
export async function confirmWithStripe(paymentId: string): Promise<void> {
  const [payment, settings] = await Promise.all([getPayment(paymentId), get<PaymentSettings>('/payment-settings')]);
  const secret = payment.nextAction?.type === 'stripe_sdk' ? payment.nextAction.clientSecret : undefined;
  const { loadStripe } = await import('@stripe/stripe-js');
  const stripe = secret && settings.publishableKey ? await loadStripe(settings.publishableKey) : null;
  if (!stripe || !secret) {
    throw new ApiError({
      status: 503,
      title: 'The payment service cannot be reached',
      detail: 'The payment service cannot be reached. Nothing was charged. Try again in a moment.',
    });
  }
  // What came of it is asked on the next page: a refusal is said there.
  await stripe.handleNextAction({ clientSecret: secret });
}
