'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { cardsQuery, paymentSettingsQuery } from '../../api/checkout.ts';
import { useIntent } from '../../api/intent.ts';
import { type LoanRepayment, loanKeys, ownAccountQuery, type PaymentOfLoan } from '../../api/loans.ts';
import { Failure } from '../../page/failure.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { formatMoney } from '../../values/format.ts';
import { CardError, CardField, type CardFieldHandle } from '../checkout/card-field.tsx';
import { cardName, expiryOf } from '../checkout/card-words.ts';
import { type Choice, ChoiceList } from '../choice-list.tsx';

const account = 'account';
const newCard = 'new';

/** An amount, and where it comes from: the account, a card that is kept, another card. */
export function PayForm({
  loanId,
  amount,
  currency,
  label,
  pay,
  children,
}: {
  loanId: string;
  /** Minor units; null while what is typed is no amount. */
  amount: number | null;
  currency: string;
  /** The form's name. */
  label: string;
  pay: (input: PaymentOfLoan, key: string) => Promise<LoanRepayment>;
  /** What stands above: the amount's own field. */
  children?: ReactNode;
}) {
  const client = useQueryClient();
  const announce = useAnnounce();
  const intent = useIntent();
  const own = useQuery(ownAccountQuery());
  const settings = useQuery(paymentSettingsQuery());
  const cards = useQuery(cardsQuery());
  const [chosen, setChosen] = useState<string | null>(null);
  const field = useRef<CardFieldHandle>(null);
  const form = useRef<HTMLFormElement>(null);
  const available = own.data?.available?.amount ?? 0;
  const enough = amount !== null && available >= amount;
  const choice = chosen ?? (enough ? account : (cards.data?.data[0]?.id ?? newCard));
  const money = (units: number) => formatMoney(units, currency);

  const paying = useMutation({
    mutationFn: async (units: number) => {
      const from = choice === newCard ? await typedCard() : choice;
      return intent({ loanId, amount: units, from: choice }, (key) => pay({ amount: units, from }, key));
    },
    onSuccess: (repayment) => {
      announce(repayment.status === 'posted' ? `${money(repayment.amount)} paid` : 'Your payment is on its way');
      void client.invalidateQueries({ queryKey: loanKeys.all });
      void client.invalidateQueries({ queryKey: ['accounts'] });
    },
    onError: (error) => {
      if (error instanceof CardError) field.current?.focus();
      void client.invalidateQueries({ queryKey: loanKeys.settlement(loanId) });
    },
  });

  async function typedCard(): Promise<string> {
    if (!field.current) throw new CardError('The card’s fields are not there yet. Try again in a moment.');
    return (await field.current.tokenise()).paymentMethodId;
  }

  const busy = paying.isPending;
  const choices: Choice<string>[] = [
    ...(own.data ? [{ id: account, name: 'Your account', about: accountWords(money(available), enough) }] : []),
    ...(cards.data?.data ?? []).map(({ id, brand, last4, expMonth, expYear }) => ({
      id,
      name: cardName(brand, last4),
      about: expMonth && expYear ? `until ${expiryOf(expMonth, expYear)}` : null,
    })),
    { id: newCard, name: 'Another card' },
  ];
  return (
    <form
      ref={form}
      noValidate
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && amount !== null) paying.mutate(amount);
      }}
    >
      <div className={stack.fields}>
        {children}
        {own.data !== undefined && cards.data && settings.data ? (
          <ChoiceList
            name={`from-${label}`}
            label="From"
            shown
            choices={choices}
            chosen={choice}
            onChoose={setChosen}
            disabled={busy}
          />
        ) : (
          <Skeleton height={140} />
        )}
        {choice === newCard && settings.data ? (
          <CardField
            settings={settings.data}
            ref={field}
            disabled={busy}
            onSubmit={() => form.current?.requestSubmit()}
          />
        ) : null}
        {paying.isError ? <Failure title="Not paid" error={paying.error} once="payment" /> : null}
        <div className={stack.actions}>
          <Button type="submit" loading={busy} disabled={amount === null}>
            {amount === null ? 'Pay' : `Pay ${money(amount)}`}
          </Button>
        </div>
      </div>
    </form>
  );
}

const accountWords = (available: string, enough: boolean) =>
  `${available} available${enough ? '' : ', which is too little'}`;
