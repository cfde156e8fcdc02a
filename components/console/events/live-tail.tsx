'use client';

import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { DataTable } from '../../data/data-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { formatNumber } from '../../values/format.ts';
import { LiveDot } from '../../values/live-dot.tsx';
import { clockText } from './clock-text.ts';
import { eventColumns } from './event-columns.tsx';
import classes from './events-page.module.css';
import { type TailFilter, tailFilters, tailSize } from './tail.ts';
import { useEventTail } from './use-event-tail.ts';

const columns = eventColumns(false);
/** Rows drawn at first; the rest of what is kept follows on demand. */
const step = 100;

/** The newest events on top, flowing until somebody pauses. */
export function LiveTail({
  filter,
  openId,
  onOpen,
}: {
  filter: TailFilter;
  openId: string;
  onOpen: (id: string) => void;
}) {
  const [paused, setPaused] = useState(false);
  const [shown, setShown] = useState(step);
  const tail = useEventTail(filter, paused);
  const filtered = tailFilters.some((name) => filter[name] !== '');
  const Icon = paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <>
      <div className={classes.bar}>
        <Button
          variant="default"
          leftSection={<Icon size={14} aria-hidden />}
          aria-pressed={paused}
          onClick={() => setPaused(!paused)}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
        {paused ? (
          <span role="status" className={classes.paused}>
            Paused · {formatNumber(tail.held)}
            {tail.held >= tailSize ? '+' : ''} new
          </span>
        ) : (
          <LiveDot {...tail.stream} />
        )}
        <span className={classes.note}>
          The last {formatNumber(tailSize)} are kept here, newest first; older ones are in the history.
        </span>
      </div>
      <DataTable
        caption="Events"
        expect={25}
        columns={columns}
        rows={tail.events?.slice(0, shown)}
        rowId={(event) => event.id}
        rowLabel={(event) => `${clockText(event.recordedAt)} ${event.type}`}
        onOpen={(event) => onOpen(event.id)}
        openId={openId}
        error={tail.error}
        onRetry={tail.retry}
        hasMore={(tail.events?.length ?? 0) > shown}
        onMore={() => setShown(shown + step)}
        empty={
          <EmptyState title={filtered ? 'No event fits yet' : 'No events yet'}>
            {filtered
              ? 'This fills as soon as one arrives. Older ones may be in the history.'
              : 'This fills as soon as something happens.'}
          </EmptyState>
        }
      />
    </>
  );
}
