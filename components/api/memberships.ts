import { queryOptions } from '@tanstack/react-query';
import type { ChangeView, MembershipView, PlacedOrder, RenewalLinkView } from '#server/memberships/shapes.ts';
import { call, get, post } from './client.ts';
import type { Page } from './shapes.ts';

export type Membership = MembershipView;
export type Change = ChangeView;
export type RenewalLink = RenewalLinkView;

export const membershipKeys = {
  mine: ['memberships', 'me'] as const,
  change: (id: string, planId: string) => ['memberships', id, 'change', planId] as const,
  link: (token: string) => ['renewals', token] as const,
};

/** One's own, the one of now first. */
export const membershipsQuery = () =>
  queryOptions({
    queryKey: membershipKeys.mine,
    queryFn: ({ signal }) => get<Page<Membership>>('/memberships?memberId=me', signal),
  });

export const renew = (id: string, paymentMethod: string, key: string) =>
  post<PlacedOrder>(`/memberships/${id}/renewals`, { paymentMethod }, key);

export const setAutoRenewal = async (id: string, on: boolean) =>
  (await call<Membership>(`/memberships/${id}/auto-renewal`, { method: 'PUT', body: { on } })).data;

export const cancelMembership = (id: string, reason: string, key: string) =>
  post<Membership>(`/memberships/${id}/cancel`, { reason }, key);

export const undoCancel = (id: string, key: string) => post<Membership>(`/memberships/${id}/undo-cancel`, {}, key);

/** What a change would cost. Asked anew for each plan that is looked at: it goes by the day. */
export const changePreviewQuery = (id: string, planId: string) =>
  queryOptions({
    queryKey: membershipKeys.change(id, planId),
    queryFn: () => post<Change>(`/memberships/${id}/changes?preview=true`, { planId }, crypto.randomUUID()),
    staleTime: 60_000,
  });

export const changePlan = (id: string, input: { planId: string; paymentMethod?: string }, key: string) =>
  post<Change>(`/memberships/${id}/changes`, input, key);

const linkPath = (token: string) => `/renewals/${encodeURIComponent(token)}`;

/** Asked again and again while a payment is on its way. */
export const renewalLinkQuery = (token: string) =>
  queryOptions({
    queryKey: membershipKeys.link(token),
    queryFn: ({ signal }) => get<RenewalLink>(linkPath(token), signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.status === 'under_way' ? 1_000 : false),
  });

export const spendRenewalLink = (token: string, paymentMethod: string, key: string) =>
  post<RenewalLink>(linkPath(token), { paymentMethod }, key);

export const confirmRenewalLink = (token: string) =>
  post<RenewalLink>(`${linkPath(token)}/confirmations`, {}, crypto.randomUUID());
