import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, post, query } from '../client.ts';
import type { Page } from '../shapes.ts';
import type { Account, AccountEntry, JournalEntry, LedgerCheck, TrialBalance } from './shapes.ts';

export const ledgerKey = ['console', 'ledger'] as const;

export const trialBalanceQuery = (everyMs: number) =>
  queryOptions({
    queryKey: [...ledgerKey, 'trial-balance'],
    queryFn: ({ signal }) => get<TrialBalance>('/ledger/trial-balance', signal),
    refetchInterval: everyMs,
  });

export const ledgerChecksQuery = (limit = 10) =>
  queryOptions({
    queryKey: [...ledgerKey, 'checks', limit],
    queryFn: async ({ signal }) => (await get<Page<LedgerCheck>>(`/ledger/checks${query({ limit })}`, signal)).data,
  });

export const requestCheck = (key: string) => post<{ id: string }>('/ledger/checks', {}, key);

export interface EntryFilter {
  kind: string;
  /** A member, order, payment, transfer, loan or invoice. */
  ref: string;
  accountId: string;
  /** Of one posting, in minor units. */
  amount: number | null;
  /** RFC 3339; `to` exclusive. */
  from: string;
  to: string;
}

/** The journal, newest first. */
export const entriesQuery = (filter: EntryFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...ledgerKey, 'entries', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<JournalEntry>>(`/ledger/entries${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
    refetchInterval: 10_000,
  });

/** Everything that was posted for one order, payment, transfer or loan, the oldest first. */
export const entriesOfQuery = (ref: string) =>
  queryOptions({
    queryKey: [...ledgerKey, 'entries-of', ref],
    queryFn: async ({ signal }) =>
      (await get<Page<JournalEntry>>(`/ledger/entries${query({ ref, limit: 100 })}`, signal)).data.toReversed(),
  });

export const entryQuery = (id: string) =>
  queryOptions({
    queryKey: [...ledgerKey, 'entry', id],
    queryFn: ({ signal }) => get<JournalEntry>(`/ledger/entries/${id}`, signal),
  });

/** The mirror image that takes the entry back. @throws ApiError 409 or 422 when it was taken back already */
export const reverseEntry = (id: string, reason: string, key: string) =>
  post<JournalEntry>(`/ledger/entries/${id}/reverse`, { reason }, key);

export interface AccountFilter {
  /** `house` or `member`. */
  owner: string;
  number: string;
}

export const accountsQuery = (filter: AccountFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...ledgerKey, 'accounts', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<Account>>(`/accounts${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
  });

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: [...ledgerKey, 'account', id],
    queryFn: ({ signal }) => get<Account>(`/accounts/${id}`, signal),
    refetchInterval: 10_000,
  });

/** What moved on an account, newest first; `pending`: what is held now. */
export const accountEntriesQuery = (id: string, filter: { state: string; from: string; to: string }, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...ledgerKey, 'account', id, 'entries', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      get<Page<AccountEntry>>(`/accounts/${id}/entries${query({ ...filter, limit, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
    refetchInterval: 10_000,
  });

/** Days are `YYYY-MM-DD`, UTC, both included. */
export const statementUrl = (id: string, format: 'csv' | 'pdf', days: { from: string; to: string }) =>
  `/api/v1/accounts/${id}/statement.${format}${query(days)}`;
