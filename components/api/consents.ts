import { queryOptions } from '@tanstack/react-query';
import { get, post, remove } from './client.ts';
import type { AppRequest, Consent, Page } from './shapes.ts';

export const consentKeys = { list: ['consents'] as const };

export const consentsQuery = () =>
  queryOptions({ queryKey: consentKeys.list, queryFn: ({ signal }) => get<Page<Consent>>('/consents', signal) });

/** The person's answer to an app: gives where to go with it. */
export const decideConsent = (request: AppRequest, decision: 'allow' | 'refuse') =>
  post<{ redirectTo: string }>('/consents', { ...request, decision });

export const revokeConsent = (clientId: string) => remove(`/consents/${clientId}`);
