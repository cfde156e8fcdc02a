'use client';

import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import { type TopUpInput, topUp } from '../../api/accounts.ts';
import { cardsQuery, type PaymentSettings, paymentSettingsQuery, type Card as SavedCard } from '../../api/checkout.ts';
import { isUnanswered } from '../../api/problem.ts';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Failure } from '../../page/failure.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { FormSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { amountProblem, parseAmount } from '../../values/amount.ts';
import { formatMoney } from '../../values/format.ts';
import { expectBank } from '../checkout/attempt.ts';
import { CardError, type CardFieldHandle } from '../checkout/card-field.tsx';
import { HowToPay, newCard } from '../checkout/how-to-pay.tsx';
import { followPayment } from './followed-payment.ts';

/** Puts money on one's account with a card. */
export function AddMoney() {
  const settings = useQuery(paymentSettingsQuery());
  const cards = useQuery(cardsQuery());
  const failed = [settings, cards].find((one) => one.isError && one.data === undefined);
  return (
    <>
      <PageHeader above={<Link href="/account">Your account</Link>} title="Add money" />
      {failed ? (
        <ErrorState
          what="This page could not be loaded"
          error={failed.error}
          onRetry={() => void Promise.all([settings.refetch(), cards.refetch()])}
        />
      ) : settings.data && cards.data ? (
        <AddForm settings={settings.data} cards={cards.data.data} />
      ) : (
        <Card id="amount">
          <FormSkeleton fields={3} />
        </Card>
      )}
    </>
  );
}

interface Press {
  input: TopUpInput;
  key: string;
}

function AddForm({ settings, cards }: { settings: PaymentSettings; cards: SavedCard[] }) {
  const router = useRouter();
  const { currency } = settings;
  const [choice, setChoice] = useState(() => cards.find((card) => card.default)?.id ?? cards[0]?.id ?? newCard);
  const [save, setSave] = useState(false);
  const field = useRef<CardFieldHandle>(null);
  const formElement = useRef<HTMLFormElement>(null);
  // Kept until there is an answer: a typed card has another name each time, and the same press must stay the same.
  const press = useRef<Press | null>(null);
  const { form, submit } = useValidatedForm({
    initialValues: { amount: '' },
    validate: { amount: (text: string) => amountProblem(text, null) },
  });

  async function inputOf(amount: number): Promise<TopUpInput> {
    const about = { purpose: 'top_up', amount, currency } as const;
    if (choice !== newCard) return { ...about, paymentMethod: choice };
    if (!field.current) throw new CardError('The card’s fields are not there yet. Try again in a moment.');
    const { paymentMethodId } = await field.current.tokenise();
    return { ...about, paymentMethod: paymentMethodId, ...(save ? { saveCard: true } : {}) };
  }

  const adding = useMutation({
    mutationFn: async (amount: number) => {
      press.current ??= { input: await inputOf(amount), key: crypto.randomUUID() };
      return topUp(press.current.input, press.current.key);
    },
    onSuccess: ({ id }) => {
      followPayment(id);
      expectBank(id);
      router.push(`/account?payment=${id}`);
    },
    onError: (error) => {
      if (!isUnanswered(error)) press.current = null;
      if (error instanceof CardError) field.current?.focus();
    },
  });

  const unanswered = isUnanswered(adding.error);
  const busy = adding.isPending || adding.isSuccess;
  const amount = parseAmount(form.values.amount);
  return (
    <form
      ref={formElement}
      noValidate
      aria-label="Add money"
      className={stack.stack}
      onSubmit={submit((values) => {
        if (!busy) adding.mutate(parseAmount(values.amount) ?? 0);
      })}
    >
      <Card id="amount" title="How much">
        <TextInput
          label="Amount in euros"
          inputMode="decimal"
          autoComplete="off"
          placeholder="0.00"
          disabled={busy || unanswered}
          {...form.getInputProps('amount')}
        />
      </Card>
      <HowToPay
        settings={settings}
        cards={cards}
        choice={choice}
        onChoose={setChoice}
        save={save}
        onSave={setSave}
        field={field}
        disabled={busy || unanswered}
        onSubmit={() => formElement.current?.requestSubmit()}
      />
      {adding.error ? <Failure title="Nothing was added" error={adding.error} once="payment" /> : null}
      <div className={stack.actions}>
        <Button type="submit" size="lg" loading={busy}>
          {amount ? `Add ${formatMoney(amount, currency)}` : 'Add money'}
        </Button>
      </div>
    </form>
  );
}
