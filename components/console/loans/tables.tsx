import type { Route } from 'next';
import Link from 'next/link';
import type { Loan } from '../../api/loans.ts';
import { type PlainColumn, PlainTable } from '../../data/plain-table.tsx';
import { formatDate, formatMoney, wordsOf } from '../../values/format.ts';
import { StatePill } from '../../values/state-pill.tsx';
import classes from './loans.module.css';

type Instalment = Loan['schedule'][number];
type Repayment = Loan['repayments'][number];

function pillOf(one: Instalment) {
  if (one.inArrears) return <StatePill state="in_arrears" tone="bad" />;
  if (one.status === 'due') return <StatePill state="due" tone="warn" />;
  return <StatePill state={one.status} tone={one.status === 'paid' ? 'ok' : 'neutral'} />;
}

export function ScheduleTable({ loan }: { loan: Loan }) {
  const money = (units: number) => formatMoney(units, loan.amount.currency);
  const columns: PlainColumn<Instalment>[] = [
    { header: 'Due on', cell: (one) => formatDate(one.dueOn) },
    { header: 'Principal', number: true, cell: (one) => money(one.principal) },
    { header: 'Interest', number: true, cell: (one) => money(one.interest) },
    { header: 'Paid', number: true, cell: (one) => money(one.paid) },
    { header: 'Open', number: true, cell: (one) => money(one.left) },
    { header: 'Status', cell: pillOf },
  ];
  return (
    <PlainTable
      caption="Instalments"
      columns={columns}
      rows={loan.schedule}
      rowKey={({ seq }) => seq}
      isDone={({ status }) => status === 'paid' || status === 'written_off'}
    />
  );
}

export function RepaymentTable({ loan }: { loan: Loan }) {
  const { repayments } = loan;
  if (repayments.length === 0) return <p className={classes.dim}>Nothing was paid back yet.</p>;
  const money = (units: number | null) => (units === null ? '–' : formatMoney(units, loan.amount.currency));
  const returned: PlainColumn<Repayment> = { header: 'Returned', number: true, cell: (one) => money(one.returned) };
  const columns: PlainColumn<Repayment>[] = [
    { header: 'On', cell: (one) => formatDate(one.createdAt) },
    { header: 'From', cell: sourceOf },
    { header: 'Amount', number: true, cell: (one) => money(one.amount) },
    { header: 'Interest', number: true, cell: (one) => money(one.interest) },
    { header: 'Principal', number: true, cell: (one) => money(one.principal) },
    ...(repayments.some((one) => one.returned > 0) ? [returned] : []),
    { header: 'Status', cell: statusOf },
  ];
  return <PlainTable caption="Repayments" columns={columns} rows={repayments} rowKey={({ id }) => id} />;
}

const sourceOf = ({ paymentId, source }: Repayment) =>
  paymentId ? <Link href={`/ops/payments/${paymentId}` as Route}>Card</Link> : wordsOf(source);

const statusOf = ({ paymentStatus, status }: Repayment) => (
  <StatePill state={paymentStatus ?? status} tone={status === 'posted' ? 'ok' : status === 'failed' ? 'bad' : 'info'} />
);
