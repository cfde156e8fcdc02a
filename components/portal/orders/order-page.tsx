'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { useArrivals } from '../../api/arrivals.ts';
import { useIntent } from '../../api/intent.ts';
import { callOff, isOver, type Order, orderKeys, orderQuery } from '../../api/orders.ts';
import { shopKeys } from '../../api/shop.ts';
import { StepList } from '../../data/step-list.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Failure } from '../../page/failure.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { Notice } from '../../page/notice.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { isLedToBank } from '../checkout/attempt.ts';
import { confirmWithStripe } from '../checkout/confirm-with-stripe.ts';
import { Documents } from './documents.tsx';
import { Receipt } from './receipt.tsx';
import { orderWords, shownState, stateTone, stateWords, stepsOf } from './words.ts';

/** An order: first how far it has got, as it goes; then its receipt. The same address at every moment. */
export function OrderPage({ id }: { id: string }) {
  const { data: order, ...query } = useQuery(orderQuery(id));
  useNews(order);
  const client = useQueryClient();
  useArrivals(() => void client.invalidateQueries({ queryKey: orderKeys.one(id) }));
  if (!order) {
    return (
      <>
        <PageHeader title={query.isError ? 'Order' : <Skeleton height={33} width={200} />} above={<Back />} />
        {query.isError ? (
          <ErrorState what="This order could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Card id="order">
            <TextSkeleton lines={6} />
          </Card>
        )}
      </>
    );
  }
  const { title, lead } = orderWords(order);
  const state = shownState(order);
  return (
    <>
      <PageHeader
        above={<Back />}
        title={title}
        state={
          <StatePill state={state} tone={stateTone(state)}>
            {stateWords[state]}
          </StatePill>
        }
        lead={
          <>
            {lead} · {order.number}
          </>
        }
      />
      <div className={stack.stack}>
        {order.status === 'requires_action' ? <BankQuestion order={order} /> : null}
        {order.failure ? <Refused order={order} /> : null}
        {isOver(order) ? null : <Waiting order={order} />}
        <Receipt order={order} />
        {isOver(order) && order.payment && order.payment.status !== 'failed' ? <Documents orderId={order.id} /> : null}
      </div>
    </>
  );
}

const Back = () => <Link href="/orders">Your orders</Link>;

/** Says what has changed; and once the order is over, forgets what other pages knew before. */
function useNews(order: Order | undefined) {
  const announce = useAnnounce();
  const client = useQueryClient();
  const before = useRef<Order['status'] | null>(null);
  const over = order !== undefined && isOver(order);
  useEffect(() => {
    if (!order || before.current === order.status) return;
    const first = before.current === null;
    before.current = order.status;
    if (first) return;
    const { title, lead } = orderWords(order);
    announce(`${title}. ${order.failure?.message ?? lead}`);
  }, [order, announce]);
  useEffect(() => {
    if (!over) return;
    const forget = () => {
      for (const queryKey of changedByOrders) void client.invalidateQueries({ queryKey });
    };
    forget();
    // What follows from an order, its things leaving the cart for one, takes a moment longer than the order.
    const timer = setTimeout(forget, followsMs);
    return () => clearTimeout(timer);
  }, [over, client]);
}

const changedByOrders = [shopKeys.cart, shopKeys.products, ['cards'], ['members'], [...orderKeys.all, 'mine']];
const followsMs = 2_000;
const longMs = 10_000;

function Waiting({ order }: { order: Order }) {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), longMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Card id="steps" title="How far it has got">
      <StepList steps={stepsOf(order)} />
      {long && order.status !== 'requires_action' ? (
        <div className={stack.fields}>
          <Notice live title="This takes longer than usual">
            You need not wait here: we will write to you as soon as your order is made.
          </Notice>
        </div>
      ) : null}
    </Card>
  );
}

/** The bank asks. Whoever comes straight from paying is led there by itself. */
function BankQuestion({ order }: { order: Order }) {
  const router = useRouter();
  const client = useQueryClient();
  const intent = useIntent();
  const { id, nextAction, payment, actions } = order;
  const url = nextAction?.url;
  const asked = useRef(false);
  const [leaving, setLeaving] = useState(false);
  useEffect(() => {
    if (!url || asked.current || !isLedToBank(id)) return;
    asked.current = true;
    setLeaving(true);
    window.location.assign(url);
  }, [id, url]);
  const confirming = useMutation({
    mutationFn: async () => confirmWithStripe(payment?.id ?? ''),
    onSuccess: () => router.push(`/checkout/return?payment=${payment?.id}`),
  });
  const calling = useMutation({
    mutationFn: () => intent({ id }, (key) => callOff(id, key)),
    onSettled: () => client.invalidateQueries({ queryKey: orderKeys.one(id) }),
  });
  return (
    <Card id="bank" title="Confirm it with your bank">
      <div className={stack.fields}>
        <p className={stack.plain}>
          You go to your bank’s page and come back here. Until then nothing is charged, and what you ordered is kept for
          you for half an hour.
        </p>
        <div className={stack.actions}>
          <Button
            loading={leaving || confirming.isPending}
            onClick={() => {
              if (!url) return confirming.mutate();
              setLeaving(true);
              window.location.assign(url);
            }}
          >
            Go to your bank
          </Button>
          {actions.includes('cancel') ? (
            <Button variant="default" loading={calling.isPending} onClick={() => calling.mutate()}>
              Call the order off
            </Button>
          ) : null}
        </div>
        {calling.isError ? <Failure error={calling.error} /> : null}
        {confirming.isError ? <Failure error={confirming.error} /> : null}
      </div>
    </Card>
  );
}

function Refused({ order }: { order: Order }) {
  const { status, failure, origin } = order;
  const again = status === 'failed' && origin === 'checkout';
  return (
    <Notice
      tone={status === 'failed' ? 'bad' : 'warn'}
      title={status === 'failed' ? 'Your order was not paid' : 'Your order cannot be made'}
      action={again ? <LinkButton href="/checkout">Back to the checkout</LinkButton> : null}
    >
      {failure?.message} {again ? 'Your cart is as you left it.' : ''}
    </Notice>
  );
}
