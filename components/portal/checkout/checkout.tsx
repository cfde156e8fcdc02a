'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter, useSearchParams } from 'next/navigation';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { cardsQuery, paymentSettingsQuery } from '../../api/checkout.ts';
import { memberQuery } from '../../api/members.ts';
import { isOver, newestOrderQuery } from '../../api/orders.ts';
import { plansQuery } from '../../api/plans.ts';
import type { Member } from '../../api/shapes.ts';
import { cartQuery, productsQuery, quoteQuery, useCartChange } from '../../api/shop.ts';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { Notice } from '../../page/notice.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import { endAttempt, isMadeBy, readAttempt } from './attempt.ts';
import classes from './checkout.module.css';
import { CheckoutForm, type CheckoutProps, nowhere } from './checkout-form.tsx';

// The fields of an address are loaded by whoever has something sent.
const ShippedCheckout = lazy(() => import('./shipped-checkout.tsx'));

/** The checkout: what, where to, how to pay; and beside it what it comes to. */
export function Checkout() {
  const plan = usePlanOfAddress();
  const cart = useQuery(cartQuery());
  const items = cart.data?.items;
  const quote = useQuery(quoteQuery(items ?? []));
  const member = useQuery(memberQuery());
  const underWay = useOrderUnderWay(member.data?.id);
  const settings = useQuery(paymentSettingsQuery());
  const cards = useQuery(cardsQuery());
  const products = useQuery(productsQuery());
  const needed = [cart, quote, member, settings, cards] as const;
  const failed = needed.find((one) => one.isError && one.data === undefined);
  return (
    <>
      <PageHeader title="Checkout" above={<Link href="/shop">Back to the shop</Link>} />
      {underWay ? (
        <div className={classes.notice}>
          <Notice
            title={`Order ${underWay.number} is under way`}
            action={<Link href={`/orders/${underWay.id}`}>See how far it has got</Link>}
          >
            {underWay.status === 'requires_action'
              ? 'Your bank still waits for you to confirm it.'
              : 'You need not do anything for it.'}
          </Notice>
        </div>
      ) : null}
      {failed ? (
        <ErrorState
          what="The checkout could not be loaded"
          error={failed.error}
          onRetry={() => void Promise.all(needed.filter((one) => one.isError).map((one) => one.refetch()))}
        />
      ) : plan === 'unknown' ? (
        <EmptyState
          title="There is no such plan"
          action={<LinkButton href="/membership">Your membership</LinkButton>}
        />
      ) : items?.length === 0 && plan === 'none' ? (
        <EmptyState title="Your cart is empty" action={<LinkButton href="/shop">Go to the shop</LinkButton>}>
          What you put into it stays there, on every device.
        </EmptyState>
      ) : items && items.length > 0 && quote.data && member.data && settings.data && cards.data && plan === 'none' ? (
        <Form
          memberId={member.data.id}
          items={items}
          quote={quote.data}
          quoting={quote.isFetching}
          member={member.data}
          settings={settings.data}
          cards={cards.data.data}
          products={products.data?.data ?? []}
        />
      ) : (
        <Loading />
      )}
    </>
  );
}

function Form({ member, ...checkout }: CheckoutProps & { member: Member }) {
  return checkout.quote.ships ? (
    <Suspense fallback={<Loading />}>
      <ShippedCheckout {...checkout} member={member} />
    </Suspense>
  ) : (
    <CheckoutForm {...checkout} where={nowhere} />
  );
}

function Loading() {
  return (
    <div className={classes.columns} aria-busy="true">
      <div className={classes.steps}>
        <Skeleton height={180} />
        <Skeleton height={330} />
        <Skeleton height={320} />
      </div>
      <Skeleton height={300} />
    </div>
  );
}

/** In place of a plan's code: the one that was chosen when joining. */
const ownPlan = 'mine';

/** `?plan=CODE` puts a plan into the cart; then the address is the checkout's own again. */
function usePlanOfAddress(): 'none' | 'adding' | 'unknown' {
  const code = useSearchParams().get('plan');
  const plans = useQuery({ ...plansQuery(), enabled: code !== null });
  const { mutateAsync } = useCartChange();
  const router = useRouter();
  const begun = useRef(false);
  const own = useQuery({ ...memberQuery(), enabled: code === ownPlan }).data?.plan.code;
  const wanted = code === ownPlan ? own : code;
  const plan = plans.data?.data.find((one) => one.code === wanted);
  useEffect(() => {
    if (!plan || begun.current) return;
    begun.current = true;
    void mutateAsync({ thing: { planId: plan.id }, quantity: 1 }).finally(() => router.replace('/checkout'));
  }, [plan, mutateAsync, router]);
  if (code === null) return 'none';
  return plans.data && wanted && !plan ? 'unknown' : 'adding';
}

/** An order that is not finished; and the way to the one that a reload in the middle of paying has made us lose. */
function useOrderUnderWay(memberId: string | undefined) {
  const newest = useQuery(newestOrderQuery());
  const client = useQueryClient();
  const router = useRouter();
  const [leaving, setLeaving] = useState(false);
  const order = newest.data;
  useEffect(() => {
    const attempt = memberId === undefined ? null : readAttempt(memberId);
    if (!order || !attempt || leaving || !isMadeBy(attempt, order)) return;
    setLeaving(true);
    endAttempt();
    void client.invalidateQueries({ queryKey: cartQuery().queryKey });
    router.replace(`/orders/${order.id}`);
  }, [memberId, order, client, router, leaving]);
  return order && !isOver(order) && order.origin === 'checkout' ? order : null;
}
