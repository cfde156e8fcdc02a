'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { trialBalanceQuery } from '../../api/console/ledger.ts';
import type { TrialBalance as Balance } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { formatMoney, formatNumber, wordsOf } from '../../values/format.ts';
import { Freshness } from '../../values/live-dot.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import classes from './ledger.module.css';
import { LedgerCheckCard } from './ledger-check-card.tsx';

/** How often the balance is read, in milliseconds. */
const everyMs = 10_000;

/** Debits and credits of every account; their difference, which is zero; and the last time that was counted. */
export function TrialBalance() {
  const { data, error, refetch, dataUpdatedAt } = useQuery(trialBalanceQuery(everyMs));
  if (!data) {
    return error ? (
      <ErrorState what="The trial balance could not be loaded" error={error} onRetry={() => void refetch()} />
    ) : (
      <TextSkeleton lines={14} />
    );
  }
  return (
    <div className={classes.balance}>
      <Lines balance={data} at={dataUpdatedAt} />
      <LedgerCheckCard last={data.lastCheck} />
    </div>
  );
}

/** `at`: when it was added up, ms. */
function Lines({ balance, at }: { balance: Balance; at: number }) {
  const right = balance.totals.every(({ difference }) => difference === 0);
  return (
    <Card
      id="trial-balance"
      title="Trial balance"
      aside={
        <span className={classes.aside}>
          <Freshness at={at} />
          <StatePill state={right ? 'ok' : 'failed'}>
            {right ? 'Debits equal credits' : 'Debits do not equal credits'}
          </StatePill>
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls by itself; focus lets the keyboard scroll it. */}
      <section className={classes.scroll} aria-label="Trial balance, table" tabIndex={0}>
        <table className={classes.sheet}>
          <thead>
            <tr>
              <th scope="col">Account</th>
              <th scope="col" data-text>
                Class
              </th>
              <th scope="col">Debits</th>
              <th scope="col">Credits</th>
              <th scope="col">Balance</th>
            </tr>
          </thead>
          <tbody>
            {balance.lines.map((line) => (
              <tr key={`${line.code} ${line.currency}`}>
                <th scope="row">
                  <Link
                    href={
                      `/ops/ledger?view=accounts&owner=${line.code.endsWith('_accounts') ? 'member' : 'house'}` as Route
                    }
                    className={classes.quiet}
                  >
                    {line.name}
                  </Link>
                  {line.accounts > 1 ? (
                    <span className={classes.dim}> {formatNumber(line.accounts)} accounts</span>
                  ) : null}
                </th>
                <td data-text>{wordsOf(line.class)}</td>
                <td>{formatMoney(line.debits, line.currency)}</td>
                <td>{formatMoney(line.credits, line.currency)}</td>
                <td>{formatMoney(line.balance, line.currency)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            {balance.totals.map((total) => (
              <tr key={total.currency}>
                <th scope="row">All accounts in {total.currency}</th>
                <td />
                <td>{formatMoney(total.debits, total.currency)}</td>
                <td>{formatMoney(total.credits, total.currency)}</td>
                <td data-bad={total.difference !== 0}>{formatMoney(total.difference, total.currency)}</td>
              </tr>
            ))}
          </tfoot>
        </table>
      </section>
    </Card>
  );
}
