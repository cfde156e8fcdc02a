import type { Loan } from '../../api/loans.ts';
import { formatDate, formatMoney } from '../../values/format.ts';
import { StatePill } from '../../values/state-pill.tsx';
import classes from './loans.module.css';

type Instalment = Loan['schedule'][number];

function pillOf(one: Instalment) {
  if (one.inArrears) return <StatePill state="late" tone="bad" />;
  if (one.status === 'due') return <StatePill state="due" tone="warn" />;
  if (one.status === 'paid') return <StatePill state="paid" />;
  return <StatePill state={one.status === 'planned' ? 'to come' : 'written off'} tone="neutral" />;
}

/** Every instalment, what of it is interest, and how far it is paid. */
export function Schedule({ loan }: { loan: Pick<Loan, 'schedule' | 'amount'> }) {
  const money = (units: number) => formatMoney(units, loan.amount.currency);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keyboard.
    <section className={classes.scroll} tabIndex={0} aria-label="Instalments">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Due on</th>
            <th scope="col" data-number data-part>
              Paid back
            </th>
            <th scope="col" data-number data-part>
              Interest
            </th>
            <th scope="col" data-number>
              Instalment
            </th>
            <th scope="col" data-number>
              Still open
            </th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {loan.schedule.map((one) => (
            <tr key={one.seq} data-done={one.status === 'paid' || one.status === 'written_off' || undefined}>
              <th scope="row">{formatDate(one.dueOn)}</th>
              <td data-number data-part>
                {money(one.principal)}
              </td>
              <td data-number data-part>
                {money(one.interest)}
              </td>
              <td data-number>{money(one.principal + one.interest)}</td>
              <td data-number>{one.left > 0 ? money(one.left) : '–'}</td>
              <td>{pillOf(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
