'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { streamEventsQuery } from '../../api/console/events.ts';
import { jobsQuery } from '../../api/console/jobs.ts';
import type { Job, StoredEvent } from '../../api/console/shapes.ts';
import { type Column, DataTable } from '../../data/data-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { formatNumber } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import type { Tone } from '../../values/tones.ts';
import { ActorName } from '../actor-name.tsx';
import { useMay } from '../permissions.tsx';
import classes from './record-tab.module.css';

const eventColumns: Column<StoredEvent>[] = [
  { id: 'version', header: 'Version', align: 'end', width: '5rem', cell: (event) => formatNumber(event.version) },
  { id: 'type', header: 'Type', cell: (event) => <span className="mono">{event.type}</span> },
  { id: 'actor', header: 'By', cell: (event) => <ActorName {...event.actor} />, hideBelow: 'sm' },
  {
    id: 'position',
    header: 'Position',
    align: 'end',
    cell: (event) => formatNumber(event.position),
    hideBelow: 'sm',
  },
  { id: 'at', header: 'Recorded', align: 'end', cell: (event) => <RelativeTime at={event.recordedAt} /> },
];

const jobTones: Record<string, Tone> = {
  created: 'info',
  retry: 'warn',
  active: 'info',
  completed: 'ok',
  failed: 'bad',
};

const jobColumns: Column<Job>[] = [
  { id: 'queue', header: 'Queue', cell: (job) => <span className="mono">{job.queue}</span> },
  {
    id: 'state',
    header: 'State',
    cell: (job) => <StatePill state={job.state} tone={jobTones[job.state] ?? 'neutral'} />,
  },
  { id: 'failed', header: 'Failed', align: 'end', cell: (job) => formatNumber(job.attempts) },
  {
    id: 'error',
    header: 'Last error',
    cell: (job) => (job.lastError ? `${job.lastError.class}: ${job.lastError.reason}` : '–'),
    hideBelow: 'sm',
  },
  {
    id: 'next',
    header: 'Next try',
    align: 'end',
    cell: (job) => (job.nextTryAt ? <RelativeTime at={job.nextTryAt} /> : '–'),
    hideBelow: 'sm',
  },
  { id: 'at', header: 'Made', align: 'end', cell: (job) => <RelativeTime at={job.createdAt} /> },
];

/** The record's own stream of events, and the jobs that bring it to other systems. */
export function RecordTab({ id }: { id: string }) {
  const may = useMay();
  return (
    <div className={classes.stack}>
      {may('events:read') ? <RecordEvents id={id} /> : null}
      {may('status:read') ? <RecordJobs id={id} /> : null}
    </div>
  );
}

function RecordEvents({ id }: { id: string }) {
  const router = useRouter();
  const { data, error, refetch } = useQuery(streamEventsQuery(`member-${id}`));
  return (
    <div>
      <header className={classes.head}>
        <h2>Events of the record</h2>
        <span className={classes.links}>
          <Link href={`/ops/events?stream=member-${id}` as Route}>Watch this stream</Link>
          <Link href={`/ops/events?memberId=${id}` as Route}>Everything about this member</Link>
        </span>
      </header>
      <DataTable
        caption="Events of the record"
        columns={eventColumns}
        rows={data}
        rowId={(event) => event.id}
        rowLabel={(event) => `${event.type}, version ${event.version}`}
        onOpen={(event) => router.push(`/ops/events/${event.id}` as Route)}
        error={error}
        onRetry={() => void refetch()}
        empty={<EmptyState title="This record has no events">It was brought in before events were kept.</EmptyState>}
      />
    </div>
  );
}

function RecordJobs({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(jobsQuery({ key: id }));
  return (
    <div>
      <header className={classes.head}>
        <h2>Jobs of the record</h2>
        <Link href={`/ops/dead-letters?memberId=${id}` as Route}>Dead letters of this member</Link>
      </header>
      <DataTable
        caption="Jobs of the record"
        columns={jobColumns}
        rows={data?.data}
        rowId={(job) => job.id}
        rowLabel={(job) => job.queue}
        error={error}
        onRetry={() => void refetch()}
        empty={<EmptyState title="No jobs">Nothing is queued for this record, and nothing ran lately.</EmptyState>}
      />
    </div>
  );
}
