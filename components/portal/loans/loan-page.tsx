'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { getPayment } from '../../api/checkout.ts';
import { useIntent } from '../../api/intent.ts';
import { type Loan, type LoanRepayment, loanKeys, loanQuery, withdrawApplication } from '../../api/loans.ts';
import { messageOf } from '../../api/problem.ts';
import { Row, RowList } from '../../data/row-list.tsx';
import { Card } from '../../page/card.tsx';
import { Dialog } from '../../page/dialog.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Failure } from '../../page/failure.tsx';
import { Notice } from '../../page/notice.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { formatDate, formatMoney } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { confirmWithStripe } from '../checkout/confirm-with-stripe.ts';
import { RepayCard } from './repay-card.tsx';
import { Schedule } from './schedule.tsx';
import { lateWords, loanSentence, rateText, stateTones, stateWords, termText } from './words.ts';

const above = <Link href="/loans">Loans</Link>;

/** One loan: where it stands, paying back, every instalment, what was paid. */
export function LoanPage({ id }: { id: string }) {
  const { data: loan, ...query } = useQuery(loanQuery(id));
  if (!loan) {
    return (
      <>
        <PageHeader title={query.isError ? 'Loan' : <Skeleton height={33} width={220} />} above={above} />
        {query.isError ? (
          <ErrorState what="This loan could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Card id="loan">
            <TextSkeleton lines={6} />
          </Card>
        )}
      </>
    );
  }
  const waits = loan.status === 'applied' || loan.status === 'awaiting_second';
  const late = lateWords(loan);
  const running = loan.status === 'active' || loan.status === 'in_arrears';
  return (
    <>
      <PageHeader
        above={above}
        title={loan.product.name}
        state={
          <StatePill state={loan.status} tone={stateTones[loan.status]}>
            {stateWords[loan.status]}
          </StatePill>
        }
        lead={`${loan.number} · ${loanSentence(loan)}`}
      />
      <div className={stack.stack}>
        {loan.repayments
          .filter((one) => one.status === 'pending')
          .map((one) => (
            <OnItsWay key={one.id} repayment={one} currency={loan.amount.currency} />
          ))}
        {late ? (
          <Notice tone="warn" title={late.title} action={<Link href="/help">Write to us</Link>}>
            {late.text}
          </Notice>
        ) : null}
        <Facts loan={loan} />
        {running ? <RepayCard loan={loan} /> : null}
        {loan.schedule.length > 0 ? (
          <Card id="schedule" title="Instalments">
            <Schedule loan={loan} />
          </Card>
        ) : null}
        {loan.repayments.some((one) => one.status !== 'pending') ? <Repayments loan={loan} /> : null}
        {waits ? <Withdraw loan={loan} /> : null}
      </div>
    </>
  );
}

function Facts({ loan }: { loan: Loan }) {
  return (
    <Card id="loan" title={loan.disbursedOn ? 'The loan' : 'What you asked for'}>
      <KeyValueList
        items={[
          { label: 'Amount', value: <MoneyText {...loan.amount} /> },
          { label: 'For', value: `${termText(loan.termMonths)}, ${rateText(loan.rateBp)}` },
          { label: 'Each month', value: <MoneyText {...loan.monthly} /> },
          ...(loan.owed ? [{ label: 'Owed today', value: <MoneyText {...loan.owed} /> }] : []),
          loan.disbursedOn
            ? { label: 'Paid to your account', value: formatDate(loan.disbursedOn) }
            : { label: 'Applied', value: formatDate(loan.appliedAt) },
        ]}
      />
    </Card>
  );
}

/** A card's money that has not come yet; where the bank asks, the way there. */
function OnItsWay({ repayment, currency }: { repayment: LoanRepayment; currency: string }) {
  const router = useRouter();
  const asks = repayment.paymentStatus === 'requires_action';
  const paymentId = repayment.paymentId ?? '';
  const going = useMutation({
    mutationFn: async () => {
      const { nextAction } = await getPayment(paymentId);
      if (nextAction?.type === 'redirect') return window.location.assign(nextAction.url);
      await confirmWithStripe(paymentId);
      router.push(`/checkout/return?payment=${paymentId}`);
    },
  });
  const amount = formatMoney(repayment.amount, currency);
  return (
    <Notice
      live
      tone={asks ? 'warn' : 'info'}
      title={asks ? `Your bank wants you to confirm ${amount}` : `${amount} is on its way`}
      action={
        asks ? (
          <Button loading={going.isPending} onClick={() => going.mutate()}>
            Go to your bank
          </Button>
        ) : null
      }
    >
      {going.isError ? messageOf(going.error) : asks ? 'Until then nothing is charged.' : 'You need not wait here.'}
    </Notice>
  );
}

function wordsFor(one: LoanRepayment, money: (units: number) => string): string {
  if (one.status === 'failed') return one.failure ?? 'The payment failed. Nothing was charged.';
  const parts = [`${money(one.principal ?? 0)} paid back`, `${money(one.interest ?? 0)} interest`];
  if (one.excess) parts.push(`${money(one.excess)} more than was owed, now on your account`);
  if (one.returned > 0) parts.push(`${money(one.returned)} went back to you and is owed again`);
  return parts.join(', ');
}

function Repayments({ loan }: { loan: Loan }) {
  const money = (units: number) => formatMoney(units, loan.amount.currency);
  return (
    <Card id="repayments" title="What you have paid">
      <RowList>
        {loan.repayments
          .filter((one) => one.status !== 'pending')
          .map((one) => (
            <Row
              key={one.id}
              name={`${formatDate(one.createdAt)}, ${one.source === 'card' ? 'by card' : 'from your account'}`}
              about={wordsFor(one, money)}
              state={<StatePill state={one.status === 'posted' ? 'paid' : 'failed'} />}
              end={money(one.amount)}
            />
          ))}
      </RowList>
    </Card>
  );
}

function Withdraw({ loan }: { loan: Loan }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const intent = useIntent();
  const action = useMutation({
    mutationFn: () => intent(loan.id, (key) => withdrawApplication(loan.id, key)),
    onSuccess: (after) => {
      client.setQueryData(loanKeys.one(loan.id), after);
      void client.invalidateQueries({ queryKey: [...loanKeys.all, 'mine'] });
      setAsking(false);
    },
  });
  return (
    <div className={stack.actions}>
      <Button variant="default" onClick={() => setAsking(true)}>
        Withdraw the application…
      </Button>
      {asking ? (
        <Dialog title="Withdraw the application?" size="sm" onClose={() => setAsking(false)}>
          <p className={stack.plain}>Nobody looks at it any more. You can apply again at any time.</p>
          {action.isError ? <Failure title="Not withdrawn" error={action.error} /> : null}
          <div className={`${stack.actions} ${stack.end}`}>
            <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
              Keep it
            </Button>
            <Button loading={action.isPending} onClick={() => action.mutate()}>
              Withdraw it
            </Button>
          </div>
        </Dialog>
      ) : null}
    </div>
  );
}
