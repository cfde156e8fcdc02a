'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { type OrderInput, type PaymentSettings, placeOrder, type Card as SavedCard } from '../../api/checkout.ts';
import { newestOrderQuery } from '../../api/orders.ts';
import { ApiError, isStatus, messageOf } from '../../api/problem.ts';
import type { Member } from '../../api/shapes.ts';
import { type CartItem, type Product, type Quote, shopKeys } from '../../api/shop.ts';
import { AddressFields } from '../../forms/address-fields.tsx';
import * as rules from '../../forms/field-rules.ts';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Card } from '../../page/card.tsx';
import { Notice } from '../../page/notice.tsx';
import { formatMoney } from '../../values/format.ts';
import { endAttempt, expectBank, isSamePress, keepAttempt, readAttempt } from './attempt.ts';
import { CardError, type CardFieldHandle } from './card-field.tsx';
import classes from './checkout.module.css';
import { HowToPay, newCard } from './how-to-pay.tsx';
import { Summary } from './summary.tsx';
import { WhatToBuy } from './what-to-buy.tsx';

/** The order that a press has made. */
interface Made {
  id: string;
}

interface Values {
  address: rules.AddressFields;
}

const filled = (address: Member['address']): rules.AddressFields => ({
  ...rules.emptyAddress,
  ...Object.fromEntries(Object.entries(address ?? {}).map(([name, value]) => [name, value ?? ''])),
});

const addressRules = {
  line1: rules.required('Enter street and number'),
  city: rules.required('Enter the town or city'),
  postalCode: rules.required('Enter the postal code'),
  country: rules.required('Choose the country'),
};

export function CheckoutForm({
  items,
  quote,
  quoting,
  member,
  settings,
  cards,
  products,
}: {
  items: CartItem[];
  quote: Quote;
  quoting: boolean;
  member: Member;
  settings: PaymentSettings;
  cards: SavedCard[];
  products: Product[];
}) {
  const router = useRouter();
  const client = useQueryClient();
  const [choice, setChoice] = useState(() => cards.find((card) => card.default)?.id ?? cards[0]?.id ?? newCard);
  const [save, setSave] = useState(false);
  const field = useRef<CardFieldHandle>(null);
  const free = quote.total.amount === 0;
  const { form, submit, showErrorsOf } = useValidatedForm<Values>({
    initialValues: { address: filled(member.address) },
    validate: { address: quote.ships ? addressRules : {} },
  });

  /**
   * An earlier press that got no answer may have been heard: its order is looked for first, and when there is none the same
   * press goes out again as it was.
   */
  async function pressed(values: Values): Promise<Made> {
    const wanted: OrderInput = { items, ...(quote.ships ? { shippingAddress: addressOf(values.address) } : {}) };
    const before = readAttempt();
    const newest = await client.fetchQuery(newestOrderQuery());
    if (before && newest && newest.id !== before.newest) return newest;
    if (before && isSamePress(before, wanted, choice)) return placeOrder(before.input, before.key);
    const input = free ? wanted : { ...wanted, ...(await paymentOf()) };
    const attempt = { key: crypto.randomUUID(), input, choice, newest: newest?.id ?? null };
    keepAttempt(attempt);
    return placeOrder(input, attempt.key);
  }

  async function paymentOf(): Promise<Pick<OrderInput, 'paymentMethod' | 'saveCard'>> {
    if (choice !== newCard) return { paymentMethod: choice };
    if (!field.current) throw new CardError('The card’s fields are not there yet. Try again in a moment.');
    const { paymentMethodId } = await field.current.tokenise();
    return { paymentMethod: paymentMethodId, ...(save ? { saveCard: true } : {}) };
  }

  const paying = useMutation<Made, Error, Values>({
    mutationFn: pressed,
    onSuccess: (order) => {
      endAttempt();
      expectBank(order.id);
      router.push(`/orders/${order.id}`);
    },
    onError: (error) => {
      // Nobody knows whether it was heard when there was no answer, or none of ours: then the attempt stays.
      if (error instanceof ApiError && error.status !== 0 && error.status < 500) endAttempt();
      if (error instanceof CardError) field.current?.focus();
      showErrorsOf(atFields(error));
      if (isStatus(error, 422)) {
        void client.invalidateQueries({ queryKey: shopKeys.cart });
        void client.invalidateQueries({ queryKey: shopKeys.products });
      }
    },
  });

  const busy = paying.isPending || paying.isSuccess;
  const blocked = quote.problems.length > 0;
  const label = free ? 'Order' : `Pay ${formatMoney(quote.total.amount, quote.total.currency)}`;
  const pay = submit((values) => {
    if (!busy && !blocked && !quoting) paying.mutate(values);
  });
  const formElement = useRef<HTMLFormElement>(null);
  return (
    <form ref={formElement} noValidate aria-label="Checkout" onSubmit={pay} className={classes.columns}>
      <div className={classes.steps}>
        <WhatToBuy items={items} quote={quote} products={products} />
        {quote.ships ? (
          <Card id="where-to" title="Where to">
            <AddressFields form={form} />
          </Card>
        ) : null}
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
        {paying.isError ? (
          <Notice tone="bad" title={titleOf(paying.error)}>
            {messageFor(paying.error)}
          </Notice>
        ) : null}
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

const addressOf = ({ line2, region, ...address }: rules.AddressFields): NonNullable<OrderInput['shippingAddress']> => ({
  ...address,
  line2: line2 || null,
  region: region || null,
});

/** The API names the address as an order has it; the form as its fields do. */
function atFields(error: Error): Error {
  if (!(error instanceof ApiError)) return error;
  const errors = error.errors.map((one) => ({ ...one, path: one.path.replace(/^shippingAddress\b/, 'address') }));
  return new ApiError({ status: error.status, title: error.title, detail: error.detail, errors });
}

const isUnanswered = (error: Error) => error instanceof ApiError && (error.status === 0 || error.status >= 500);

const titleOf = (error: Error) =>
  isUnanswered(error) ? 'We do not know yet whether your order arrived' : 'Not paid yet';

function messageFor(error: Error): string {
  if (error instanceof CardError) return error.message;
  if (isUnanswered(error)) return 'Press the button again: the same order is never made twice.';
  return messageOf(error);
}
