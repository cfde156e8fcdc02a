import type { Refund } from '../../api/console/shapes.ts';
import { wordsOf } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import classes from './payments.module.css';

/** What goes or has gone back of a payment. */
export function RefundList({ refunds }: { refunds: readonly Refund[] }) {
  return (
    <ul className={classes.refunds}>
      {refunds.map((refund) => (
        <li key={refund.id} className={classes.refund}>
          <span className={classes.amount}>
            <MoneyText {...refund.amount} />
          </span>
          <StatePill state={refund.status} tone={refund.status === 'requested' ? 'info' : undefined} />
          <span className={classes.why}>
            {wordsOf(refund.cause)}
            {refund.reason ? ` · “${refund.reason}”` : null}
            {refund.failureCode ? ` · refused: ${wordsOf(refund.failureCode).toLowerCase()}` : null}
          </span>
          <RelativeTime at={refund.createdAt} className={classes.dim ?? ''} />
        </li>
      ))}
    </ul>
  );
}
