import { QueryCache, QueryClient } from '@tanstack/react-query';
import { isStatus, isTransient } from './problem.ts';

/** Where a page goes when a read finds that the session has ended. Writes stay: an edit must not be lost to a redirect. */
function toSignIn() {
  const { pathname, search } = window.location;
  if (pathname === '/signin') return;
  window.location.assign(`/signin?ended=1&callbackUrl=${encodeURIComponent(pathname + search)}`);
}

export const createQueryClient = () =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isStatus(error, 401)) toSignIn();
      },
    }),
    defaultOptions: {
      queries: { staleTime: 15_000, retry: (count, error) => isTransient(error) && count < 2 },
      mutations: { retry: false },
    },
  });
