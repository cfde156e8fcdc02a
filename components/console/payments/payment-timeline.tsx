'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { streamEventsQuery } from '../../api/console/events.ts';
import type { StoredEvent } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import { formatMoney } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import { paymentEventWords } from './event-words.ts';
import classes from './payments.module.css';

/** What happened to a payment, newest first. Each opens its event. */
export function PaymentTimeline({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(streamEventsQuery(`payment-${id}`));
  return (
    <Card id="timeline" title="Timeline">
      {data ? (
        <ol className={classes.timeline}>
          {data.map((event) => (
            <li key={event.id} className={classes.happened} data-tone={toneOf(event.type)}>
              <Link href={`/ops/events/${event.id}` as Route} className={classes.event}>
                {paymentEventWords(event.type, event.data)}
              </Link>
              <span className={classes.dim}>
                {amountText(event)} · <RelativeTime at={event.occurredAt} />
              </span>
            </li>
          ))}
        </ol>
      ) : error ? (
        <ErrorState what="The timeline could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <ListSkeleton rows={4} />
      )}
    </Card>
  );
}

const toneOf = (type: string) =>
  /failed|disputed/.test(type) ? 'bad' : /unknown/.test(type) ? 'warn' : /completed/.test(type) ? 'ok' : 'plain';

/** Events of payments carry what they are about: the payment's amount, the refund's, the dispute's. */
function amountText({ data }: StoredEvent): string {
  const money = data.amount;
  if (typeof money !== 'object' || money === null || !('amount' in money) || !('currency' in money)) return '';
  return typeof money.amount === 'number' && typeof money.currency === 'string'
    ? formatMoney(money.amount, money.currency)
    : '';
}
