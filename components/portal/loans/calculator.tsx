'use client';

import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type LoanProduct, loanQuotesQuery } from '../../api/loans.ts';
import stack from '../../page/stack.module.css';
import { parseAmount } from '../../values/amount.ts';
import { formatMoney } from '../../values/format.ts';
import { ChoiceList } from '../choice-list.tsx';
import classes from './loans.module.css';
import { amountField, rateText, termText } from './words.ts';

/** What somebody wants to borrow. Minor units. */
export interface Wish {
  product: LoanProduct;
  amount: number;
  termMonths: number;
}

/** A wish that the product can fulfil, as near as can be to what is asked. */
export function wishFor(product: LoanProduct, amount?: number, termMonths?: number): Wish {
  const most = Math.min(Math.max(amount ?? product.minAmount * 3, product.minAmount), product.maxAmount);
  const term = termMonths !== undefined && product.terms.includes(termMonths) ? termMonths : product.terms[1];
  return { product, amount: most, termMonths: term ?? product.terms[0] ?? 12 };
}

const step = 5_000;

/** What to borrow, for how long, and at once what it costs each month. */
export function Calculator({
  products,
  wish,
  onChange,
}: {
  products: LoanProduct[];
  wish: Wish;
  onChange: (wish: Wish) => void;
}) {
  const { product, amount, termMonths } = wish;
  const { currency, minAmount, maxAmount } = product;
  const quotes = useQuery(loanQuotesQuery(product.id, amount));
  const [typed, setTyped] = useState<string | null>(null);
  const known = typed === null ? amount : parseAmount(typed);
  const wrong = known === null || known < minAmount || known > maxAmount;
  const money = (units: number) => formatMoney(units, currency);
  const quote = quotes.data?.quotes.find((one) => one.termMonths === termMonths);
  return (
    <div className={stack.fields}>
      <ChoiceList
        name="product"
        label="What for"
        shown
        choices={products.map((one) => ({
          id: one.id,
          name: one.name,
          about: `${one.description} Up to ${formatMoney(one.maxAmount, one.currency)}, ${rateText(one.rateBp)}.`,
        }))}
        chosen={product.id}
        onChoose={(id) => {
          const next = products.find((one) => one.id === id);
          if (!next) return;
          setTyped(null);
          onChange(wishFor(next, amount, termMonths));
        }}
      />
      <div className={classes.amount}>
        <TextInput
          label="How much"
          inputMode="decimal"
          leftSection="€"
          value={typed ?? amountField(amount)}
          error={wrong ? `From ${money(minAmount)} to ${money(maxAmount)}` : null}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setTyped(text);
            const units = parseAmount(text);
            if (units !== null && units >= minAmount && units <= maxAmount) onChange({ ...wish, amount: units });
          }}
          onBlur={() => setTyped(null)}
        />
        <input
          type="range"
          className={classes.range}
          aria-label="Amount"
          aria-valuetext={money(amount)}
          min={minAmount}
          max={maxAmount}
          step={step}
          value={amount}
          onChange={(event) => {
            setTyped(null);
            onChange({ ...wish, amount: Number(event.currentTarget.value) });
          }}
        />
        <span className={classes.ends} aria-hidden>
          <span>{money(minAmount)}</span>
          <span>{money(maxAmount)}</span>
        </span>
      </div>
      <ChoiceList
        name="term"
        label="For how long"
        shown
        columns
        choices={product.terms.map((term) => {
          const offer = quotes.data?.quotes.find((one) => one.termMonths === term);
          return { id: term, name: termText(term), about: offer ? `${money(offer.monthly)} a month` : '\u00a0' };
        })}
        chosen={termMonths}
        onChoose={(term) => onChange({ ...wish, termMonths: term })}
      />
      <div className={classes.result} aria-busy={quotes.isPlaceholderData} role="status">
        <p className={classes.monthly}>{quote ? `${money(quote.monthly)} a month` : ' '}</p>
        <p className={classes.small}>
          {quote
            ? `${termMonths} instalments, ${money(quote.total)} in all, of which ${money(quote.totalInterest)} is interest`
            : ' '}
        </p>
      </div>
    </div>
  );
}
