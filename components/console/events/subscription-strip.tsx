'use client';

import { Button, Popover, Skeleton, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { subscriptionsQuery, switchSubscription } from '../../api/console/events.ts';
import type { Subscription } from '../../api/console/shapes.ts';
import { messageOf } from '../../api/problem.ts';
import { ErrorState } from '../../page/error-state.tsx';
import { Notice } from '../../page/notice.tsx';
import { formatNumber, wordsOf } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import type { Tone } from '../../values/tones.ts';
import { useMay } from '../permissions.tsx';
import { counted, formatDuration } from '../rate.ts';
import classes from './subscription-strip.module.css';

const tones: Record<Subscription['status'], Tone> = {
  idle: 'ok',
  running: 'info',
  paused: 'warn',
  failing: 'bad',
  stuck: 'bad',
};

const words: Record<Subscription['status'], string> = {
  idle: 'Up to date',
  running: 'Catching up',
  paused: 'Paused',
  failing: 'Failing',
  stuck: 'Stuck',
};

/** Every reader of the event store in one line: where it is and how far behind. */
export function SubscriptionStrip() {
  const may = useMay();
  const { data, error, refetch } = useQuery(subscriptionsQuery());
  if (error && !data) {
    return <ErrorState what="The readers could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  return (
    <ul className={classes.strip} aria-label="Readers of the event store" aria-busy={!data}>
      {data
        ? data.data.map((one) => <Reader key={one.name} reader={one} mayManage={may('subscriptions:manage')} />)
        : placeholders.map((place) => (
            <li key={place}>
              <Skeleton height={57} radius="md" />
            </li>
          ))}
    </ul>
  );
}

const placeholders = [0, 1, 2, 3, 4, 5, 6, 7, 8];

const lagText = ({ lag, lagSeconds }: Subscription) =>
  lag === 0 ? 'nothing before it' : `${formatNumber(lag)} behind · ${formatDuration(lagSeconds * 1000)}`;

function Reader({ reader, mayManage }: { reader: Subscription; mayManage: boolean }) {
  return (
    <li>
      <Popover position="bottom-start" width={320} shadow="md" trapFocus>
        <Popover.Target>
          <UnstyledButton className={classes.reader} data-tone={tones[reader.status]}>
            <span className={classes.name}>{reader.name}</span>
            <span className={classes.facts}>
              <StatePill state={reader.status} tone={tones[reader.status]}>
                {words[reader.status]}
              </StatePill>
              {reader.lag > 0 ? <span className={classes.lag}>{lagText(reader)}</span> : null}
            </span>
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown aria-label={reader.name}>
          <KeyValueList
            items={[
              { label: 'Kind', value: wordsOf(reader.kind) },
              { label: 'Position', value: formatNumber(reader.position) },
              { label: 'Lag', value: lagText(reader) },
              {
                label: 'Blocked',
                value:
                  reader.blockedStreams === 0 ? (
                    'No stream'
                  ) : (
                    <Link href={`/ops/dead-letters?queue=${encodeURIComponent(reader.name)}` as Route}>
                      {counted(reader.blockedStreams, 'stream')}
                    </Link>
                  ),
              },
              ...(reader.error ? [{ label: 'Error', value: reader.error }] : []),
            ]}
          />
          {mayManage ? <Switch reader={reader} /> : null}
        </Popover.Dropdown>
      </Popover>
    </li>
  );
}

function Switch({ reader }: { reader: Subscription }) {
  const client = useQueryClient();
  const to = reader.status === 'paused' ? 'resume' : 'pause';
  const work = useMutation({
    mutationFn: () => switchSubscription(reader.name, to),
    onSuccess: () => client.invalidateQueries({ queryKey: subscriptionsQuery().queryKey }),
  });
  return (
    <div className={classes.switch}>
      <Button variant="default" loading={work.isPending} onClick={() => work.mutate()}>
        {to === 'resume' ? 'Resume' : 'Pause'} {reader.name}
      </Button>
      {work.isError ? <Notice tone="bad">{messageOf(work.error)}</Notice> : null}
    </div>
  );
}
