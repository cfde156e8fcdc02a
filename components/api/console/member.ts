import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get, patch, post, query } from '../client.ts';
import { memberKeys } from '../members.ts';
import type { MemberChanges, Page } from '../shapes.ts';
import type {
  MemberAction,
  MemberMoney,
  Note,
  Revealed,
  RevealField,
  StaffMember,
  StaffOverview,
  StaffTimelineEntry,
} from './shapes.ts';

export const staffMemberQuery = (id: string) =>
  queryOptions({
    queryKey: memberKeys.one(id),
    queryFn: ({ signal }) => get<StaffMember>(`/members/${id}`, signal),
  });

export const staffOverviewQuery = (id: string) =>
  queryOptions({
    queryKey: memberKeys.overview(id),
    queryFn: ({ signal }) => get<StaffOverview>(`/members/${id}/overview`, signal),
  });

/** All of their money in one look; read again with the record. */
export const memberMoneyQuery = (id: string) =>
  queryOptions({
    queryKey: [...memberKeys.one(id), 'money'],
    queryFn: ({ signal }) => get<MemberMoney>(`/members/${id}/money`, signal),
  });

/** Newest first; `system` leaves only what happened there. */
export const staffTimelineQuery = (id: string, system: string | null, limit = 30) =>
  infiniteQueryOptions({
    queryKey: [...memberKeys.timeline(id), { system, limit }],
    queryFn: ({ signal, pageParam }) =>
      get<Page<StaffTimelineEntry>>(`/members/${id}/timeline${query({ limit, system, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const notesKey = (id: string) => ['members', id, 'notes'] as const;

export const notesQuery = (id: string) =>
  queryOptions({
    queryKey: notesKey(id),
    queryFn: ({ signal }) => get<Page<Note>>(`/members/${id}/notes`, signal),
  });

/** @throws ApiError 412 when `version` is no longer the newest. */
export const changeStaffMember = (id: string, changes: MemberChanges, version: number) =>
  patch<StaffMember>(`/members/${id}`, changes, version);

export const actOnMember = (id: string, action: MemberAction, reason: string, key: string) =>
  post<StaffMember>(`/members/${id}/actions`, { action, reason }, key);

/** Clear values, once; the server writes down who asked and why. */
export const revealMember = (id: string, fields: RevealField[], reason: string) =>
  post<Revealed>(`/members/${id}/reveals`, { fields, reason });
