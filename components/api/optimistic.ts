'use client';

import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';

/** A change that shows at once: cancel, snapshot, patch, roll back on failure, settle with what the server says. */
export function useOptimistic<Data, Input, Result = void>(options: {
  queryKey: QueryKey;
  mutationFn: (input: Input) => Promise<Result>;
  apply: (data: Data, input: Input) => Data;
  /** What to put in the cache when it worked; without it the query is read again. */
  settle?: (result: Result) => Data;
  onSuccess?: (result: Result) => void;
  onError?: (error: Error, input: Input) => void;
}) {
  const client = useQueryClient();
  return useMutation<Result, Error, Input, { before: Data | undefined }>({
    mutationFn: options.mutationFn,
    onMutate: async (input) => {
      await client.cancelQueries({ queryKey: options.queryKey });
      const before = client.getQueryData<Data>(options.queryKey);
      if (before !== undefined) client.setQueryData<Data>(options.queryKey, options.apply(before, input));
      return { before };
    },
    onSuccess: (result) => {
      if (options.settle) client.setQueryData<Data>(options.queryKey, options.settle(result));
      options.onSuccess?.(result);
    },
    onError: (error, input, context) => {
      if (context?.before !== undefined) client.setQueryData<Data>(options.queryKey, context.before);
      options.onError?.(error, input);
    },
    onSettled: async (_result, error) => {
      if (error || !options.settle) await client.invalidateQueries({ queryKey: options.queryKey });
    },
  });
}
