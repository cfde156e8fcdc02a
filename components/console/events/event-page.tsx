'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { eventQuery } from '../../api/console/events.ts';
import { PageHeader } from '../../page/page-header.tsx';
import { EventView } from './event-view.tsx';

/** One event as a page of its own. */
export function EventPage({ id }: { id: string }) {
  const { data } = useQuery(eventQuery(id));
  return (
    <>
      <PageHeader title={data?.type ?? 'Event'} above={<Link href={'/ops/events' as Route}>Events</Link>} />
      <EventView id={id} />
    </>
  );
}
