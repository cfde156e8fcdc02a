'use client';

import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { confirmPayment, type Payment } from '../../api/checkout.ts';
import { ErrorState } from '../../page/error-state.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { Notice } from '../../page/notice.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';

/** Where each kind of payment goes on. */
function nextOf({ id, purpose, orderId, loanId }: Payment): `/${string}` {
  if (orderId) return `/orders/${orderId}`;
  if (purpose === 'loan_repayment' && loanId) return `/loans/${loanId}`;
  return purpose === 'top_up' ? `/account?payment=${id}` : '/account';
}

/**
 * Where the bank sends its customer back to. What its address says is a hint and no proof: the payment is asked about, and
 * the page goes on to what was paid for. Reloading it asks again.
 */
export function CheckoutReturn() {
  const paymentId = useSearchParams().get('payment');
  const router = useRouter();
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const asked = useRef(-1);
  useEffect(() => {
    if (paymentId === null || asked.current === round) return;
    asked.current = round;
    setError(null);
    confirmPayment(paymentId, crypto.randomUUID()).then(
      (payment) => router.replace(nextOf(payment) as Parameters<typeof router.replace>[0]),
      setError,
    );
  }, [paymentId, round, router]);
  if (paymentId === null) {
    return (
      <>
        <PageHeader title="Your payment" />
        <Notice action={<LinkButton href="/orders">Your orders</LinkButton>}>This address names no payment.</Notice>
      </>
    );
  }
  return (
    <>
      <PageHeader title="Your payment" lead={error ? undefined : 'We ask the bank what you have answered.'} />
      {error ? (
        <>
          <ErrorState
            what="We could not ask about your payment"
            error={error}
            onRetry={() => setRound((before) => before + 1)}
          />
          <LinkButton href="/orders" quiet>
            Your orders
          </LinkButton>
        </>
      ) : (
        <TextSkeleton lines={3} />
      )}
    </>
  );
}
