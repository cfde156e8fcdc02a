'use client';

import { Button, NativeSelect, UnstyledButton } from '@mantine/core';
import { IconCheck, IconChevronDown, IconChevronRight, IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useId, useState } from 'react';
import { staffTimelineQuery } from '../../api/console/member.ts';
import { systemName, Timeline } from '../../data/timeline.tsx';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { ActorName } from '../actor-name.tsx';
import { EventView } from '../events/event-view.tsx';
import { useMay } from '../permissions.tsx';
import { counted, formatDuration } from '../rate.ts';
import { type Consequence, type FoldedEntry, foldTimeline } from './fold-timeline.ts';
import classes from './timeline-card.module.css';

const systems = ['guildhall', 'portal', 'crm', 'legacy', 'mail'];
const choices = [
  { value: '', label: 'All systems' },
  ...systems.map((system) => ({ value: system, label: systemName(system) })),
];

/** Everything that happened to a member, over all systems, newest first; each entry unfolds to its event. */
export function TimelineCard({
  id,
  system,
  onSystem,
}: {
  id: string;
  system: string;
  onSystem: (system: string) => void;
}) {
  const list = useInfiniteQuery(staffTimelineQuery(id, system === '' ? null : system));
  const entries = list.data?.pages.flatMap((page) => page.data);
  const folded = foldTimeline(entries ?? []);
  return (
    <Card
      id="timeline"
      title="Timeline"
      aside={
        <NativeSelect
          aria-label="Show events of"
          data={choices}
          value={system}
          onChange={(event) => onSystem(event.currentTarget.value)}
        />
      }
    >
      {entries === undefined ? (
        list.error ? (
          <ErrorState what="The timeline could not be loaded" error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <ListSkeleton rows={8} />
        )
      ) : entries.length === 0 ? (
        <EmptyState title={system === '' ? 'Nothing has happened yet' : `Nothing from ${systemName(system)}`} />
      ) : (
        <>
          <Timeline
            entries={folded.map(({ entry }) => entry)}
            label="Timeline"
            below={(entry) => <EntryDetails id={id} folded={folded.find((one) => one.entry === entry)!} />}
          />
          {list.hasNextPage ? (
            <Button
              variant="default"
              className={classes.more ?? ''}
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              Show older
            </Button>
          ) : null}
        </>
      )}
    </Card>
  );
}

/** Who, where, when and why; what followed in a line; all of it with the event on demand. */
function EntryDetails({ id, folded }: { id: string; folded: FoldedEntry }) {
  const { entry, consequences } = folded;
  const [open, setOpen] = useState(false);
  const panel = useId();
  const Icon = open ? IconChevronDown : IconChevronRight;
  const mayOpen = useMay()('events:read') && entry.eventId !== null;
  return (
    <>
      {entry.reason ? <div className={classes.reason}>“{entry.reason}”</div> : null}
      {consequences.length > 0 ? (
        <ul className={classes.consequences} aria-label="What followed">
          {consequences.map((one) => (
            <li key={one.system} data-state={one.state}>
              <Followed consequence={one} />
            </li>
          ))}
        </ul>
      ) : null}
      <div className={classes.meta}>
        {entry.actor ? (
          <>
            <ActorName kind={entry.actor} id={entry.actorId} ofMember={id} /> ·{' '}
          </>
        ) : null}
        {systemName(entry.system)} · <RelativeTime at={entry.at} />
        {mayOpen || consequences.length > 0 ? (
          <UnstyledButton
            className={classes.toggle}
            aria-expanded={open}
            aria-controls={panel}
            aria-label={`${entry.type}: ${open ? 'hide' : 'show'} the event, ${entry.summary}`}
            onClick={() => setOpen(!open)}
          >
            <Icon size={12} aria-hidden /> {entry.type}
          </UnstyledButton>
        ) : (
          <span className={classes.type}>{entry.type}</span>
        )}
      </div>
      {open ? (
        <div id={panel} className={classes.panel}>
          <FollowedEvents consequences={consequences} linked={mayOpen} />
          {mayOpen && entry.eventId ? <EventView id={entry.eventId} /> : null}
        </div>
      ) : null}
    </>
  );
}

function Followed({ consequence }: { consequence: Consequence }) {
  const { system, state, afterMs, failures } = consequence;
  const done = state === 'ok';
  const Icon = done ? IconCheck : IconX;
  return (
    <>
      {systemName(system)} <Icon size={12} stroke={2.5} role="img" aria-label={done ? 'done' : 'failed'} />
      {done ? ` ${formatDuration(afterMs)}` : null}
      {failures > 0 ? ` · ${counted(failures, 'failed try', 'failed tries')}` : null}
    </>
  );
}

function FollowedEvents({ consequences, linked }: { consequences: Consequence[]; linked: boolean }) {
  const entries = consequences.flatMap((one) => one.entries);
  if (entries.length === 0) return null;
  return (
    <ol className={classes.followed} aria-label="Events that followed">
      {entries.map((entry) => (
        <li key={entry.eventId}>
          {linked ? <Link href={`/ops/events/${entry.eventId}` as Route}>{entry.summary}</Link> : entry.summary}
          <RelativeTime at={entry.at} className={classes.time ?? ''} />
        </li>
      ))}
    </ol>
  );
}
