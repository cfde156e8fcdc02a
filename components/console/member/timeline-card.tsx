'use client';

import { Button, NativeSelect, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { staffTimelineQuery } from '../../api/console/member.ts';
import type { TimelineEntry } from '../../api/shapes.ts';
import { systemName, Timeline } from '../../data/timeline.tsx';
import { Card } from '../../page/card.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import { actorKind } from '../events/actor-text.ts';
import { EventView } from '../events/event-view.tsx';
import { useMay } from '../permissions.tsx';
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
          <Timeline entries={entries} label="Timeline" details={(entry) => <EntryDetails entry={entry} />} />
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

function EntryDetails({ entry }: { entry: TimelineEntry & { actor?: string | null } }) {
  const [open, setOpen] = useState(false);
  const may = useMay();
  const panel = useId();
  const Icon = open ? IconChevronDown : IconChevronRight;
  return (
    <>
      {entry.actor ? ` · ${actorKind(entry.actor)}` : null}
      {entry.eventId && may('events:read') ? (
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
      {open && entry.eventId ? (
        <div id={panel} className={classes.panel}>
          <EventView id={entry.eventId} />
        </div>
      ) : null}
    </>
  );
}
