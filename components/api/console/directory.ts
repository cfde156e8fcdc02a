import { type InfiniteData, infiniteQueryOptions, keepPreviousData, type QueryClient } from '@tanstack/react-query';
import { get, post, query } from '../client.ts';
import type { AddMemberInput, Member, MemberStatus, Page } from '../shapes.ts';
import type { MemberRow } from './shapes.ts';

export const memberSorts = ['-joined', 'joined', 'name', '-name'] as const;
export type MemberSort = (typeof memberSorts)[number];

export interface DirectoryFilter {
  q: string;
  status: MemberStatus | null;
  sort: MemberSort;
}

/** A page of the directory, with how long its answer took (whole milliseconds, as the reader waited). */
export interface DirectoryPage extends Page<MemberRow> {
  tookMs: number;
}

const searchOf = ({ q, status, sort }: DirectoryFilter) => ({ q: q.trim(), status, sort });

export const directoryKey = ['console', 'members'] as const;

/** Keeps the rows of the last search on screen while the next one runs. */
export const directoryQuery = (filter: DirectoryFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...directoryKey, searchOf(filter), limit],
    queryFn: async ({ signal, pageParam }): Promise<DirectoryPage> => {
      const began = performance.now();
      const page = await get<Page<MemberRow>>(
        `/members${query({ ...searchOf(filter), limit, cursor: pageParam })}`,
        signal,
      );
      return { ...page, tookMs: Math.round(performance.now() - began) };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });

/**
 * What an answer said of a member, put into the lists that are on screen: the read model behind them follows a moment later,
 * and read at once it would show what was before.
 */
export function noteStatus(client: QueryClient, id: string, status: MemberStatus): void {
  client.setQueriesData<InfiniteData<DirectoryPage>>(
    { queryKey: directoryKey },
    (known) => known && { ...known, pages: known.pages.map((page) => withStatus(page, id, status)) },
  );
}

const withStatus = (page: DirectoryPage, id: string, status: MemberStatus): DirectoryPage => ({
  ...page,
  data: page.data.map((row) => (row.id === id ? { ...row, status } : row)),
});

/** A few members for the palette. */
export const findMembers = (q: string, signal?: AbortSignal) =>
  get<Page<MemberRow>>(`/members${query({ q, limit: 6 })}`, signal);

/** The same list as CSV, with the same filters. */
export const directoryCsvUrl = (filter: DirectoryFilter) => `/api/v1/members.csv${query(searchOf(filter))}`;

/** Of these members alone, in that order. */
export const selectionCsvUrl = (ids: readonly string[], sort: MemberSort) =>
  `/api/v1/members.csv${query({ ids: ids.join(','), sort })}`;

export const addMember = (input: AddMemberInput, key: string) => post<Member>('/member-additions', input, key);
