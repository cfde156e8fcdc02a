'use client';

import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Loan, repayLoan, settleLoan, settlementQuery } from '../../api/loans.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { parseAmount } from '../../values/amount.ts';
import { formatDate, formatMoney } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { PayForm } from './pay-form.tsx';
import { amountField } from './words.ts';

/** Paying back: what is due, more than that, or all of it. One card payment at a time: the next waits for its outcome. */
export function RepayCard({ loan }: { loan: Loan }) {
  const [all, setAll] = useState(false);
  if (loan.repayments.some((one) => one.status === 'pending')) {
    return (
      <Card id="repay" title="Pay back">
        <p className={`${stack.plain} ${stack.dim}`}>
          As soon as the payment that is under way has arrived, or has failed, you can pay more.
        </p>
      </Card>
    );
  }
  return (
    <Card
      id="repay"
      title={all ? 'Pay all of it' : 'Pay back'}
      aside={
        <Button variant="subtle" size="compact-md" onClick={() => setAll(!all)}>
          {all ? 'Pay a part' : 'Pay all of it'}
        </Button>
      }
    >
      {all ? (
        <SettleForm loan={loan} />
      ) : (
        <RepayForm loan={loan} key={`${loan.next?.seq} ${loan.next?.amount.amount}`} />
      )}
    </Card>
  );
}

/** All that is due by now; when nothing is, the instalment that comes next. */
function proposed({ schedule, next }: Loan): number {
  const due = schedule.filter((one) => one.status === 'due').reduce((sum, one) => sum + one.left, 0);
  return due > 0 ? due : (next?.amount.amount ?? 0);
}

function RepayForm({ loan }: { loan: Loan }) {
  const { currency } = loan.amount;
  const owed = loan.owed?.amount ?? 0;
  const nothingDue = loan.schedule.every((one) => one.status !== 'due');
  const [text, setText] = useState(() => amountField(Math.min(proposed(loan), owed)));
  const units = parseAmount(text);
  const wrong = units === null || units < 1 || units > owed;
  return (
    <PayForm
      label="Pay back"
      loanId={loan.id}
      amount={wrong ? null : units}
      currency={currency}
      pay={(input, key) => repayLoan(loan.id, input, key)}
    >
      <TextInput
        label="Amount"
        inputMode="decimal"
        leftSection="€"
        maw={220}
        value={text}
        error={wrong ? `Up to ${formatMoney(owed, currency)}, which is all that is owed` : null}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <p className={`${stack.plain} ${stack.dim}`}>
        {nothingDue && loan.next
          ? `Nothing is due before ${formatDate(loan.next.dueOn)}. What you pay now lowers what you owe, and every instalment to come.`
          : 'Interest is paid first, then the oldest instalment. What is over lowers the instalments to come.'}
      </p>
    </PayForm>
  );
}

function SettleForm({ loan }: { loan: Loan }) {
  const { data: quote, ...query } = useQuery(settlementQuery(loan.id));
  if (query.isError) {
    return <ErrorState what="The sum could not be loaded" error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!quote) return <TextSkeleton lines={4} />;
  const money = (units: number) => formatMoney(units, quote.currency);
  return (
    <PayForm
      label="Pay all of it"
      loanId={loan.id}
      amount={quote.total}
      currency={quote.currency}
      pay={(input, key) => settleLoan(loan.id, input, key)}
    >
      <KeyValueList
        items={[
          { label: 'Still to pay back', value: money(quote.principal) },
          { label: 'Interest that is due', value: money(quote.interestDue) },
          { label: 'Interest up to today', value: money(quote.interestAccrued) },
          { label: 'All of it, today', value: <strong>{money(quote.total)}</strong> },
        ]}
      />
    </PayForm>
  );
}
