'use client';

import { Button, Popover, Skeleton, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useId, useState } from 'react';
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

/** The readers of the event store: a line that says how many keep up, and those that do not; all of them on demand. */
export function SubscriptionStrip() {
  const may = useMay();
  const { data, error, refetch } = useQuery(subscriptionsQuery());
  const [open, setOpen] = useState(false);
  const list = useId();
  if (error && !data) {
    return <ErrorState what="The readers could not be loaded" error={error} onRetry={() => void refetch()} />;
  }
  if (!data) return <Skeleton height={26} width={190} mb="md" />;
  const well = data.data.filter(({ status }) => status === 'idle' || status === 'running');
  const shown = open ? data.data : data.data.filter((reader) => !well.includes(reader));
  const Icon = open ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.readers}>
      <UnstyledButton
        className={classes.summary}
        aria-expanded={open}
        aria-controls={list}
        onClick={() => setOpen(!open)}
      >
        {counted(well.length, 'reader')} up to date
        {well.length < data.data.length ? `, ${formatNumber(data.data.length - well.length)} not` : null}
        <Icon size={14} aria-hidden />
      </UnstyledButton>
      <ul id={list} className={classes.strip} aria-label="Readers of the event store" hidden={shown.length === 0}>
        {shown.map((one) => (
          <Reader key={one.name} reader={one} mayManage={may('subscriptions:manage')} />
        ))}
      </ul>
    </div>
  );
}

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
