import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isStatus, isTransient } from './problem.ts';
import { coverIfSignedOut, toSignIn } from './signed-out.ts';

export const createQueryClient = () =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isStatus(error, 401)) toSignIn();
      },
    }),
    mutationCache: new MutationCache({
      onError: (error) => {
        if (isStatus(error, 401)) void coverIfSignedOut();
      },
    }),
    defaultOptions: {
      queries: { staleTime: 15_000, retry: (count, error) => isTransient(error) && count < 2 },
      // A change that waits for the network without a word looks saved: it fails at once, and says so.
      mutations: { retry: false, networkMode: 'always' },
    },
  });
