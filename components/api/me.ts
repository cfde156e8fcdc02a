import { queryOptions } from '@tanstack/react-query';
import { get } from './client.ts';
import { foundSignedIn } from './cover.ts';
import type { Me } from './shapes.ts';

/** The signed-in person. */
export const meQuery = () =>
  queryOptions({
    queryKey: ['me'],
    queryFn: async ({ signal }) => {
      const me = await get<Me>('/me', signal);
      foundSignedIn(me.id);
      return me;
    },
    staleTime: 300_000,
  });
