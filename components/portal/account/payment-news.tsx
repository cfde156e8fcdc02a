'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { accountKeys, isSettled, paymentQuery } from '../../api/accounts.ts';
import { confirmPayment, type Payment } from '../../api/checkout.ts';
import { messageOf } from '../../api/problem.ts';
import { ErrorState } from '../../page/error-state.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { Notice } from '../../page/notice.tsx';
import { formatMoney } from '../../values/format.ts';
import { isLedToBank } from '../checkout/attempt.ts';
import { confirmWithStripe } from '../checkout/confirm-with-stripe.ts';
import { forgetPayment, useFollowedPayment } from './followed-payment.ts';

/** What becomes of the money that is being added, as it happens. */
export function PaymentNews() {
  const id = useFollowedPayment();
  return id === null ? null : <News id={id} />;
}

function News({ id }: { id: string }) {
  const client = useQueryClient();
  const { data: payment, ...query } = useQuery(paymentQuery(id));
  const settled = payment !== undefined && isSettled(payment);
  useEffect(() => {
    if (!settled) return;
    forgetPayment();
    void client.invalidateQueries({ queryKey: accountKeys.all });
  }, [settled, client]);
  if (!payment) {
    return query.isError ? (
      <ErrorState what="Your payment could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
    ) : null;
  }
  const money = formatMoney(payment.amount.amount, payment.amount.currency);
  switch (payment.status) {
    case 'succeeded':
      return (
        <Notice tone="ok" live title={`${money} added`}>
          It is on your account.
        </Notice>
      );
    case 'failed':
      return (
        <Notice
          tone="bad"
          title={`${money} was not added`}
          action={<LinkButton href="/account/add">Try again</LinkButton>}
        >
          {payment.failure?.message}
        </Notice>
      );
    case 'requires_action':
      return <BankQuestion payment={payment} money={money} />;
    case 'refunded':
    case 'partially_refunded':
      return <Notice title={`${money} was added, and went back to your card`}>All of it, or a part.</Notice>;
    case 'unknown':
      return (
        <Notice live title="We do not know yet whether you have paid">
          The payment service has not answered. We keep asking; you need not do anything, and must not pay again.
        </Notice>
      );
    default:
      return <Notice live>{money} is being added.</Notice>;
  }
}

/** Whoever comes straight from paying is led to the bank by itself. */
function BankQuestion({ payment, money }: { payment: Payment; money: string }) {
  const client = useQueryClient();
  const { id, nextAction } = payment;
  const url = nextAction?.type === 'redirect' ? nextAction.url : null;
  const asked = useRef(false);
  const [leaving, setLeaving] = useState(false);
  const leave = (to: string) => {
    setLeaving(true);
    window.location.assign(to);
  };
  useEffect(() => {
    if (!url || asked.current || !isLedToBank(id)) return;
    asked.current = true;
    setLeaving(true);
    window.location.assign(url);
  }, [id, url]);
  const confirming = useMutation({
    mutationFn: async () => {
      await confirmWithStripe(id);
      return confirmPayment(id, crypto.randomUUID());
    },
    onSuccess: (now) => client.setQueryData(accountKeys.payment(id), now),
  });
  return (
    <Notice
      tone="warn"
      live
      title="Your bank has a question"
      action={
        <Button
          size="sm"
          loading={leaving || confirming.isPending}
          onClick={() => (url ? leave(url) : confirming.mutate())}
        >
          Go to your bank
        </Button>
      }
    >
      {confirming.isError
        ? messageOf(confirming.error)
        : `It wants to be sure that it is you who pays ${money}. Until then nothing is charged.`}
    </Notice>
  );
}
