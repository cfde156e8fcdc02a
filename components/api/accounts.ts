import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import type { AccountEntryView, AccountView } from '#server/ledger/shapes.ts';
import type { paymentBody } from '#server/payments/shapes.ts';
import { getPayment, type Payment } from './checkout.ts';
import { get, post, query } from './client.ts';
import type { Page } from './shapes.ts';

export type Account = AccountView;
export type AccountEntry = AccountEntryView;
export type TopUpInput = z.input<typeof paymentBody>;

export const accountKeys = {
  all: ['accounts'] as const,
  payment: (id: string) => ['payments', id] as const,
};

/** One's own account, or null while it is not there yet. What a loan owes is another kind of account. */
export const accountQuery = () =>
  queryOptions({
    queryKey: [...accountKeys.all, 'mine'],
    queryFn: async ({ signal }) => {
      const { data } = await get<Page<Account>>('/accounts?memberId=me', signal);
      const own = data.filter(({ loanId }) => loanId === null);
      return own.find(({ status }) => status === 'open') ?? own[0] ?? null;
    },
    // Somebody may send money while one looks.
    refetchInterval: 20_000,
  });

/** A time span of bookings, RFC 3339: from the first moment to before the last. */
interface Span {
  from: string;
  to: string;
}

export const entriesQuery = (accountId: string, span: Span | null) =>
  infiniteQueryOptions({
    queryKey: [...accountKeys.all, accountId, 'entries', span],
    queryFn: ({ signal, pageParam }) =>
      get<Page<AccountEntry>>(
        `/accounts/${accountId}/entries${query({ limit: 20, cursor: pageParam, ...span })}`,
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const heldQuery = (accountId: string) =>
  queryOptions({
    queryKey: [...accountKeys.all, accountId, 'held'],
    queryFn: ({ signal }) => get<Page<AccountEntry>>(`/accounts/${accountId}/entries?state=pending&limit=50`, signal),
  });

const mostPages = 10;

export interface Movements {
  /** Newest first. */
  entries: AccountEntry[];
  /** False when there are more than are worth fetching for a picture: then the oldest are missing. */
  complete: boolean;
}

/** What moved since a day (`YYYY-MM-DD`, UTC). */
export const movementsQuery = (accountId: string, since: string) =>
  queryOptions({
    queryKey: [...accountKeys.all, accountId, 'movements', since],
    queryFn: async ({ signal }): Promise<Movements> => {
      const entries: AccountEntry[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < mostPages; page += 1) {
        const search = query({ from: `${since}T00:00:00Z`, limit: 200, cursor });
        const { data, nextCursor }: Page<AccountEntry> = await get(`/accounts/${accountId}/entries${search}`, signal);
        entries.push(...data);
        cursor = nextCursor;
        if (cursor === null) break;
      }
      return { entries, complete: cursor === null };
    },
    staleTime: 60_000,
  });

/** Days are UTC, both included. */
export const statementUrl = (accountId: string, kind: 'csv' | 'pdf', from: string, to: string) =>
  `/api/v1/accounts/${accountId}/statement.${kind}${query({ from, to })}`;

export const topUp = (input: TopUpInput, key: string) => post<Payment>('/payments', input, key);

const settled: ReadonlySet<Payment['status']> = new Set(['succeeded', 'failed', 'refunded', 'partially_refunded']);
export const isSettled = ({ status }: Pick<Payment, 'status'>) => settled.has(status);

/** Quick at first; a bank may take half an hour. */
const pauses = [400, 400, 500, 700, 1_000, 1_500, 2_000, 3_000];
const longestPause = 5_000;

export const paymentQuery = (id: string) =>
  queryOptions({
    queryKey: accountKeys.payment(id),
    queryFn: () => getPayment(id),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data && isSettled(state.data) ? false : (pauses[state.dataUpdateCount] ?? longestPause),
  });
