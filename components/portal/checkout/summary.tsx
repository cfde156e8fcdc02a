import type { ReactNode } from 'react';
import type { Quote } from '../../api/shop.ts';
import { MoneyText } from '../../values/money-text.tsx';
import classes from './checkout.module.css';

/** What it comes to, always in sight; `children` is what one does about it. */
export function Summary({ quote, quoting, children }: { quote: Quote; quoting: boolean; children: ReactNode }) {
  return (
    <section className={classes.summary} aria-labelledby="summary-title" aria-busy={quoting}>
      <h2 id="summary-title" className={classes.summaryTitle}>
        Your order
      </h2>
      <dl className={classes.sums}>
        {quote.lines.map((line) => (
          <div key={line.line} className={classes.sum} data-line>
            <dt>
              {line.quantity > 1 ? `${line.quantity} × ` : ''}
              {line.name}
            </dt>
            <dd>
              <MoneyText {...line.amount} />
            </dd>
          </div>
        ))}
        {quote.taxLines
          .filter((line) => line.rateBp > 0)
          .map((line) => (
            <div key={line.code} className={classes.sum} data-tax>
              <dt>of which {line.name}</dt>
              <dd>
                <MoneyText {...line.tax} />
              </dd>
            </div>
          ))}
        <div className={classes.sum} data-total>
          <dt>Total</dt>
          <dd>
            <MoneyText {...quote.total} />
          </dd>
        </div>
      </dl>
      <div className={classes.act}>{children}</div>
    </section>
  );
}
