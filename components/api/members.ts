import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call, get, patch, post, query, remove } from './client.ts';
import type {
  HelpInput,
  JoinInput,
  Member,
  MemberChanges,
  Overview,
  OwnHelpRequest,
  Page,
  TimelineEntry,
} from './shapes.ts';

/** `id` is a member's uuid, or `me`. */
export const memberKeys = {
  one: (id: string) => ['members', id] as const,
  overview: (id: string) => ['members', id, 'overview'] as const,
  timeline: (id: string) => ['members', id, 'timeline'] as const,
};

export const memberQuery = (id = 'me') =>
  queryOptions({
    queryKey: memberKeys.one(id),
    queryFn: ({ signal }) => get<Member>(`/members/${id}`, signal),
  });

export const overviewQuery = (id = 'me') =>
  queryOptions({
    queryKey: memberKeys.overview(id),
    queryFn: ({ signal }) => get<Overview>(`/members/${id}/overview`, signal),
  });

export const timelineQuery = (id = 'me', limit = 20, only?: 'news') =>
  infiniteQueryOptions({
    queryKey: [...memberKeys.timeline(id), limit, only],
    queryFn: ({ signal, pageParam }) =>
      get<Page<TimelineEntry>>(`/members/${id}/timeline${query({ limit, only, cursor: pageParam })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export const join = (input: JoinInput, key: string) => post<Member>('/members', input, key);

/** @throws ApiError 412 when `version` is no longer the newest. */
export const changeMember = (changes: MemberChanges, version: number, id = 'me') =>
  patch<Member>(`/members/${id}`, changes, version);

/** `password` is the one that was chosen when joining, `newPassword` replaces it: one of them, where the link alone is not enough. */
export interface VerifyInput {
  token: string;
  password?: string;
  newPassword?: string;
}

export const verifyEmail = (input: VerifyInput, key: string) =>
  post<{ memberId: string; status: string; choosePasswordToken: string | null; passwordReplaced: boolean }>(
    '/members/email-verifications',
    input,
    key,
  );

export const resendVerification = (email: string, key: string) =>
  post<void>('/members/email-verifications/resend', { email }, key);

/** Gives up a new address that waits to be confirmed. */
export const withdrawNewEmail = () => remove('/members/me/pending-email');

export const resign = (reason: string, key: string) =>
  post<Member>('/members/me/resignation', reason === '' ? {} : { reason }, key);

/** Takes a resignation back. */
export const rejoin = async () => (await call<Member>('/members/me/resignation', { method: 'DELETE' })).data;

export const askForHelp = (input: HelpInput, key: string) =>
  post<{ id: string }>('/members/me/help-requests', input, key);

export const helpRequestsQuery = () =>
  queryOptions({
    queryKey: [...memberKeys.one('me'), 'help-requests'],
    queryFn: ({ signal }) => get<Page<OwnHelpRequest>>('/members/me/help-requests', signal),
  });

export const exportUrl = '/api/v1/members/me/export';
