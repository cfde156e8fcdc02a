import Link from 'next/link';
import type { Membership } from '../../api/memberships.ts';
import { formatDate } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { lastDay } from './period-bar.tsx';
import classes from './periods.module.css';

const origins: Record<Membership['periods'][number]['origin'], string> = {
  paid: '',
  complimentary: 'Given back',
  extension: 'Given to you',
  import: 'Paid before',
};

/** What was paid for, the newest first, with the way to its receipt. */
export function Periods({ periods }: { periods: Membership['periods'] }) {
  return (
    <ol className={classes.list}>
      {periods.map(({ id, from, to, plan, origin, amount, orderId }) => (
        <li key={id} className={classes.row}>
          <p className={classes.days}>
            {formatDate(from)} – {formatDate(lastDay(to))}
          </p>
          <div className={classes.amount}>
            {origin === 'paid' ? <MoneyText {...amount} /> : <span className={classes.small}>{origins[origin]}</span>}
          </div>
          <p className={classes.small}>
            {plan}
            {orderId ? (
              <>
                {' · '}
                <Link href={`/orders/${orderId}`}>Order and receipt</Link>
              </>
            ) : null}
          </p>
        </li>
      ))}
    </ol>
  );
}
