'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { memberMoneyQuery } from '../../api/console/member.ts';
import type { MemberMoney } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { formatDate, formatMoney } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { LoanPill } from '../loans/loan-pill.tsx';
import { OrderPill } from '../orders/order-pill.tsx';
import { cardText } from '../payments/card-text.ts';
import { PaymentPill } from '../payments/payment-pill.tsx';
import classes from './money-card.module.css';

/** What a member has, owes, ordered and paid, each with the way to all of it. What one may not read is not there. */
export function MoneyCard({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(memberMoneyQuery(id));
  return (
    <Card id="money" title="Money">
      {data ? (
        <>
          <Standing money={data} memberId={id} />
          <Recent title="Orders" rows={data.orders} href={`/ops/orders?memberId=${id}`} row={orderRow} />
          <Recent title="Payments" rows={data.payments} href={`/ops/payments?memberId=${id}`} row={paymentRow} />
        </>
      ) : error ? (
        <ErrorState what="The money could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <TextSkeleton lines={8} />
      )}
    </Card>
  );
}

function Standing({ money, memberId }: { money: MemberMoney; memberId: string }) {
  const { accounts, membership, loans, card } = money;
  return (
    <KeyValueList
      empty="None"
      items={[
        ...(accounts === null ? [] : [{ label: 'Account', value: accountsText(accounts) }]),
        { label: 'Membership', value: membership && <MembershipText membership={membership} /> },
        ...(loans === null ? [] : [{ label: 'Loan', value: loansText(loans, memberId) }]),
        {
          label: 'Card',
          value: card && (
            <>
              {cardText(card)}
              {card.expMonth && card.expYear ? (
                <span className={classes.dim}>
                  , until {String(card.expMonth).padStart(2, '0')}/{card.expYear}
                </span>
              ) : null}
            </>
          ),
        },
      ]}
    />
  );
}

const accountsText = (accounts: NonNullable<MemberMoney['accounts']>): ReactNode =>
  accounts.length === 0
    ? null
    : accounts.map(({ id, balance, available }) => (
        <div key={id}>
          <Link href={`/ops/ledger/accounts/${id}` as Route}>
            <MoneyText {...balance} />
          </Link>
          {available && available.amount !== balance.amount ? (
            <span className={classes.dim}>, {formatMoney(available.amount, available.currency)} to spend</span>
          ) : null}
        </div>
      ));

function MembershipText({ membership }: { membership: NonNullable<MemberMoney['membership']> }) {
  const { status, paidUntil, renewal } = membership;
  return (
    <>
      <StatePill state={status} />
      <div>Paid until {formatDate(paidUntil)}</div>
      <div className={classes.dim}>{renewal ? renewalText(renewal) : 'Ends then'}</div>
    </>
  );
}

function renewalText({
  amount,
  automatic,
  on,
}: NonNullable<NonNullable<MemberMoney['membership']>['renewal']>): string {
  const price = formatMoney(amount.amount, amount.currency);
  return automatic ? `Renews by itself on ${formatDate(on)} for ${price}` : `Then the member renews, for ${price}`;
}

const loansText = (loans: NonNullable<MemberMoney['loans']>, memberId: string): ReactNode =>
  loans.length === 0 ? null : (
    <>
      {loans.map(({ id, number, status, owed, amount, overdue }) => (
        <div key={id}>
          <Link href={`/ops/loans/${id}` as Route}>{number}</Link> <LoanPill status={status} />
          <div className={classes.dim}>
            {owed
              ? `${formatMoney(owed.amount, owed.currency)} owed`
              : `${formatMoney(amount.amount, amount.currency)} asked for`}
            {overdue ? `, ${formatMoney(overdue.amount.amount, overdue.amount.currency)} late` : null}
          </div>
        </div>
      ))}
      <Link href={`/ops/loans?memberId=${memberId}` as Route}>All loans</Link>
    </>
  );

interface Row {
  id: string;
  href: string;
  number: string;
  pill: ReactNode;
  amount: { amount: number; currency: string };
  at: string;
}

const orderRow = (order: NonNullable<MemberMoney['orders']>[number]): Row => ({
  id: order.id,
  href: `/ops/orders/${order.id}`,
  number: order.number,
  pill: <OrderPill order={order} />,
  amount: order.total,
  at: order.createdAt,
});

const paymentRow = (payment: NonNullable<MemberMoney['payments']>[number]): Row => ({
  id: payment.id,
  href: `/ops/payments/${payment.id}`,
  number: payment.number,
  pill: <PaymentPill status={payment.status} />,
  amount: payment.amount,
  at: payment.createdAt,
});

/** The last few of a list. null: one may not read it. */
function Recent<One>({
  title,
  rows,
  href,
  row,
}: {
  title: string;
  rows: readonly One[] | null;
  href: string;
  row: (one: One) => Row;
}) {
  if (rows === null) return null;
  return (
    <section className={classes.recent} aria-label={`Last ${title.toLowerCase()}`}>
      <header className={classes.head}>
        <h3 className={classes.title}>{title}</h3>
        {rows.length > 0 ? <Link href={href as Route}>All {title.toLowerCase()}</Link> : null}
      </header>
      {rows.length === 0 ? (
        <p className={classes.none}>None yet</p>
      ) : (
        <ul className={classes.rows}>
          {rows.map(row).map(({ id, href: to, number, pill, amount, at }) => (
            <li key={id} className={classes.row}>
              <Link href={to as Route}>
                <span className="mono">{number}</span>
              </Link>
              <span className={classes.amount}>
                <MoneyText {...amount} />
              </span>
              <span>{pill}</span>
              <span className={classes.at}>
                <RelativeTime at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
