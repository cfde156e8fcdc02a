import type { Loan } from '../../api/loans.ts';
import { type PlainColumn, PlainTable } from '../../data/plain-table.tsx';
import { formatDate, formatMoney } from '../../values/format.ts';
import { StatePill } from '../../values/state-pill.tsx';

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
  const columns: PlainColumn<Instalment>[] = [
    { header: 'Due on', cell: (one) => formatDate(one.dueOn) },
    { header: 'Paid back', number: true, detail: true, cell: (one) => money(one.principal) },
    { header: 'Interest', number: true, detail: true, cell: (one) => money(one.interest) },
    { header: 'Instalment', number: true, cell: (one) => money(one.principal + one.interest) },
    { header: 'Still open', number: true, cell: (one) => (one.left > 0 ? money(one.left) : '–') },
    { header: 'State', cell: pillOf },
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
