import type { Route } from 'next';
import Link from 'next/link';
import type { Loan } from '../../api/loans.ts';
import { formatDate, formatMoney, wordsOf } from '../../values/format.ts';
import { StatePill } from '../../values/state-pill.tsx';
import classes from './loans.module.css';

type Instalment = Loan['schedule'][number];

function pillOf(one: Instalment) {
  if (one.inArrears) return <StatePill state="in_arrears" tone="bad" />;
  if (one.status === 'due') return <StatePill state="due" tone="warn" />;
  return <StatePill state={one.status} tone={one.status === 'paid' ? 'ok' : 'neutral'} />;
}

export function ScheduleTable({ loan }: { loan: Loan }) {
  const money = (units: number) => formatMoney(units, loan.amount.currency);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
    <section className={classes.scroll} tabIndex={0} aria-label="Instalments">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Due on</th>
            <th scope="col" data-number>
              Principal
            </th>
            <th scope="col" data-number>
              Interest
            </th>
            <th scope="col" data-number>
              Paid
            </th>
            <th scope="col" data-number>
              Open
            </th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {loan.schedule.map((one) => (
            <tr key={one.seq} data-done={one.status === 'paid' || one.status === 'written_off' || undefined}>
              <th scope="row">{formatDate(one.dueOn)}</th>
              <td data-number>{money(one.principal)}</td>
              <td data-number>{money(one.interest)}</td>
              <td data-number>{money(one.paid)}</td>
              <td data-number>{money(one.left)}</td>
              <td>{pillOf(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function RepaymentTable({ loan }: { loan: Loan }) {
  const money = (units: number | null) => (units === null ? '–' : formatMoney(units, loan.amount.currency));
  if (loan.repayments.length === 0) return <p className={classes.dim}>Nothing was paid back yet.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
    <section className={classes.scroll} tabIndex={0} aria-label="Repayments">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">On</th>
            <th scope="col">From</th>
            <th scope="col" data-number>
              Amount
            </th>
            <th scope="col" data-number>
              Interest
            </th>
            <th scope="col" data-number>
              Principal
            </th>
            <th scope="col" data-number>
              Returned
            </th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {loan.repayments.map((one) => (
            <tr key={one.id}>
              <th scope="row">{formatDate(one.createdAt)}</th>
              <td>
                {one.paymentId ? (
                  <Link href={`/ops/payments/${one.paymentId}` as Route}>Card</Link>
                ) : (
                  wordsOf(one.source)
                )}
              </td>
              <td data-number>{money(one.amount)}</td>
              <td data-number>{money(one.interest)}</td>
              <td data-number>{money(one.principal)}</td>
              <td data-number>{one.returned > 0 ? money(one.returned) : '–'}</td>
              <td>
                <StatePill
                  state={one.paymentStatus ?? one.status}
                  tone={one.status === 'posted' ? 'ok' : one.status === 'failed' ? 'bad' : 'info'}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
