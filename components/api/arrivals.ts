import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { notificationsQuery } from './notifications.ts';

/**
 * Runs when the member is told of something: of their order, of money that came. The portal's frame keeps the list of
 * notifications live, so this needs no connection of its own.
 */
export function useArrivals(onArrival: () => void): void {
  const { data } = useInfiniteQuery({ ...notificationsQuery(), enabled: false });
  const newest = data?.pages[0]?.data[0]?.id;
  const loaded = data !== undefined;
  const before = useRef<string | undefined>(undefined);
  const heard = useRef(false);
  const latest = useRef(onArrival);
  latest.current = onArrival;
  useEffect(() => {
    if (!loaded) return;
    if (heard.current && newest !== before.current) latest.current();
    heard.current = true;
    before.current = newest;
  }, [newest, loaded]);
}
