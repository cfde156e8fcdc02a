import { queryOptions } from '@tanstack/react-query';
import { get } from './client.ts';
import { foundSignedIn, isAnothers } from './cover.ts';
import type { Me } from './shapes.ts';
import { leaveIfSignedOut } from './signed-out.ts';

/** The signed-in person. */
export const meQuery = () =>
  queryOptions({
    queryKey: ['me'],
    queryFn: async ({ signal }) => {
      const me = await get<Me>('/me', signal);
      foundSignedIn(me.id);
      // Somebody else has signed in in another tab: what stands here is not for them.
      if (isAnothers(me.id)) void leaveIfSignedOut();
      return me;
    },
    staleTime: 300_000,
  });
