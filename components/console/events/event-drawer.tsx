'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import { eventQuery } from '../../api/console/events.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import { EventView } from './event-view.tsx';

export function EventDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { data } = useQuery({ ...eventQuery(id ?? ''), enabled: id !== null });
  return (
    <DetailDrawer
      opened={id !== null}
      onClose={onClose}
      title={data?.type ?? 'Event'}
      {...(id === null ? {} : { href: `/ops/events/${id}` as Route })}
    >
      {id === null ? null : <EventView id={id} />}
    </DetailDrawer>
  );
}
