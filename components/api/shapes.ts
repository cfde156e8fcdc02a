/** What the HTTP API gives, as contract. Times are RFC 3339 UTC, dates YYYY-MM-DD, amounts minor units. */

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export interface Money {
  amount: number;
  currency: string;
}

export interface Me {
  kind: 'user' | 'client';
  id: string;
  name: string;
  email: string | null;
  roles: string[];
  permissions: string[];
  memberId: string | null;
}

export interface Plan {
  id: string;
  code: string;
  name: string;
  description: string;
  price: Money;
  periodMonths: number;
}

/** What a request for help can be about. */
export type HelpTopic = 'membership' | 'payment' | 'profile' | 'access' | 'data' | 'other';

export type MemberStatus = 'pending' | 'active' | 'grace' | 'lapsed' | 'suspended' | 'resigned' | 'deceased' | 'erased';

export interface Address {
  line1: string;
  line2?: string | null;
  city: string;
  postalCode: string;
  region?: string | null;
  country: string;
}

export interface MailChoices {
  newsletter: boolean;
  events: boolean;
  receipts: boolean;
}

export interface Member {
  id: string;
  number: string;
  status: MemberStatus;
  givenName: string;
  familyName: string;
  email: string;
  phone: string | null;
  dateOfBirth: string | null;
  address: Address | null;
  plan: { id: string; code: string; name: string };
  paidUntil: string | null;
  mailChoices: MailChoices;
  joinedAt: string;
  verifiedAt: string | null;
  version: number;
  updatedAt: string;
}

export type MemberChanges = Partial<
  Pick<Member, 'givenName' | 'familyName' | 'email' | 'phone' | 'dateOfBirth' | 'address' | 'mailChoices'>
>;

export interface JoinInput {
  givenName: string;
  familyName: string;
  email: string;
  password: string;
  phone?: string;
  dateOfBirth?: string;
  address?: Address;
  planId: string;
}

export interface Source {
  status: 'ok' | 'unavailable' | 'not_connected';
  reason?: string | null;
  asOf: string | null;
  data: Record<string, unknown> | null;
}

export type SourceName = 'legacy' | 'crm' | 'payments' | 'certifications';

export interface Overview {
  sources: Record<SourceName, Source>;
  divergences: { field: string; values: Record<string, string | null>; settling?: boolean }[];
}

export interface TimelineEntry {
  at: string;
  type: string;
  system: string;
  summary: string;
  eventId: string | null;
  correlationId: string;
}

export interface Notification {
  id: string;
  kind: string;
  title: string;
  body: string;
  link: string | null;
  createdAt: string;
  readAt: string | null;
}

export interface Session {
  id: string;
  kind: string;
  userAgent: string | null;
  address: string | null;
  createdAt: string;
  lastSeenAt: string | null;
  current: boolean;
}
