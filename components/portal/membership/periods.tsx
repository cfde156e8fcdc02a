import Link from 'next/link';
import type { Membership } from '../../api/memberships.ts';
import { Row, RowList } from '../../data/row-list.tsx';
import { formatDate } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { lastDay } from './period-bar.tsx';

const origins: Record<Membership['periods'][number]['origin'], string> = {
  paid: '',
  complimentary: 'Given back',
  extension: 'Given to you',
  import: 'Paid before',
};

/** What was paid for, the newest first, with the way to its receipt. */
export function Periods({ periods }: { periods: Membership['periods'] }) {
  return (
    <RowList>
      {periods.map(({ id, from, to, plan, origin, amount, orderId }) => (
        <Row
          key={id}
          name={`${formatDate(from)} – ${formatDate(lastDay(to))}`}
          about={
            <>
              {plan}
              {orderId ? (
                <>
                  {' · '}
                  <Link href={`/orders/${orderId}`}>Order and receipt</Link>
                </>
              ) : null}
            </>
          }
          end={origin === 'paid' ? <MoneyText {...amount} /> : origins[origin]}
        />
      ))}
    </RowList>
  );
}
