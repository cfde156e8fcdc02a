'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { type OrderInput, type PaymentSettings, placeOrder, type Card as SavedCard } from '../../api/checkout.ts';
import { newestOrderQuery } from '../../api/orders.ts';
import { ApiError, isStatus, isUnanswered } from '../../api/problem.ts';
import { type CartItem, type Product, type Quote, shopKeys } from '../../api/shop.ts';
import { Failure } from '../../page/failure.tsx';
import { formatMoney } from '../../values/format.ts';
import { endAttempt, expectBank, isMadeBy, isSamePress, keepAttempt, readAttempt } from './attempt.ts';
import { CardError, type CardFieldHandle } from './card-field.tsx';
import classes from './checkout.module.css';
import { HowToPay, newCard } from './how-to-pay.tsx';
import { Summary } from './summary.tsx';
import { WhatToBuy } from './what-to-buy.tsx';

/** The order that a press has made. */
interface Made {
  id: string;
}

type Address = NonNullable<OrderInput['shippingAddress']>;

/** Where the things go: its card, and what the form does with it. */
export interface Where {
  card: ReactNode;
  /** The form's onSubmit: `work` runs once there is nothing to mend. */
  submit: (work: (address: Address | null) => void) => (event: FormEvent) => void;
  /** Shows the errors of an answer at its fields. */
  showErrorsOf: (error: Error) => void;
}

/** Nothing goes by post. */
export const nowhere: Where = {
  card: null,
  submit: (work) => (event) => {
    event.preventDefault();
    work(null);
  },
  showErrorsOf: () => {},
};

export interface CheckoutProps {
  memberId: string;
  items: CartItem[];
  quote: Quote;
  quoting: boolean;
  settings: PaymentSettings;
  cards: SavedCard[];
  products: Product[];
}

export function CheckoutForm({
  memberId,
  items,
  quote,
  quoting,
  settings,
  cards,
  products,
  where,
}: CheckoutProps & { where: Where }) {
  const router = useRouter();
  const client = useQueryClient();
  const [choice, setChoice] = useState(() => cards.find((card) => card.default)?.id ?? cards[0]?.id ?? newCard);
  const [save, setSave] = useState(false);
  const field = useRef<CardFieldHandle>(null);
  const free = quote.total.amount === 0;

  /**
   * An earlier press that got no answer may have been heard: its order is looked for first, and when there is none the same
   * press goes out again as it was.
   */
  async function pressed(address: Address | null): Promise<Made> {
    const wanted: OrderInput = { items, total: quote.total, ...(address ? { shippingAddress: address } : {}) };
    const before = readAttempt(memberId);
    const newest = await client.fetchQuery(newestOrderQuery());
    if (before && newest && isMadeBy(before, newest)) return newest;
    if (before && isSamePress(before, wanted, choice)) return placeOrder(before.input, before.key);
    const input = free ? wanted : { ...wanted, ...(await paymentOf()) };
    const attempt = { key: crypto.randomUUID(), memberId, input, choice, newest: newest?.id ?? null };
    keepAttempt(attempt);
    return placeOrder(input, attempt.key);
  }

  async function paymentOf(): Promise<Pick<OrderInput, 'paymentMethod' | 'saveCard'>> {
    if (choice !== newCard) return { paymentMethod: choice };
    if (!field.current) throw new CardError('The card’s fields are not there yet. Try again in a moment.');
    const { paymentMethodId } = await field.current.tokenise();
    return { paymentMethod: paymentMethodId, ...(save ? { saveCard: true } : {}) };
  }

  const paying = useMutation<Made, Error, Address | null>({
    mutationFn: pressed,
    onSuccess: (order) => {
      endAttempt();
      expectBank(order.id);
      router.push(`/orders/${order.id}`);
    },
    onError: (error) => {
      // Nobody knows whether it was heard when there was no answer, or none of ours: then the attempt stays.
      if (error instanceof ApiError && !isUnanswered(error)) endAttempt();
      if (error instanceof CardError) field.current?.focus();
      where.showErrorsOf(error);
      if (isStatus(error, 422)) {
        void client.invalidateQueries({ queryKey: shopKeys.cart });
        void client.invalidateQueries({ queryKey: shopKeys.products });
      }
    },
  });

  const busy = paying.isPending || paying.isSuccess;
  const blocked = quote.problems.length > 0;
  const label = free ? 'Order' : `Pay ${formatMoney(quote.total.amount, quote.total.currency)}`;
  const pay = where.submit((address) => {
    if (!busy && !blocked && !quoting) paying.mutate(address);
  });
  const formElement = useRef<HTMLFormElement>(null);
  return (
    <form ref={formElement} noValidate aria-label="Checkout" onSubmit={pay} className={classes.columns}>
      <div className={classes.steps}>
        <WhatToBuy items={items} quote={quote} products={products} />
        {where.card}
        {free ? null : (
          <HowToPay
            settings={settings}
            cards={cards}
            choice={choice}
            onChoose={setChoice}
            save={save}
            onSave={setSave}
            field={field}
            disabled={busy}
            onSubmit={() => formElement.current?.requestSubmit()}
          />
        )}
      </div>
      <Summary quote={quote} quoting={quoting}>
        {paying.isError ? <Failure title="Not paid yet" error={paying.error} once="order" /> : null}
        <Button type="submit" size="lg" fullWidth loading={busy} disabled={blocked} aria-describedby="total-note">
          {label}
        </Button>
        <p className={classes.small} id="total-note">
          {blocked ? 'Some of it cannot be bought like this: see what is marked.' : 'All prices include tax.'}
        </p>
      </Summary>
    </form>
  );
}
