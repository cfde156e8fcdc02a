/** What the HTTP API gives to the console. Times are RFC 3339 UTC. */

import type { Member, MemberStatus, Source, SourceName, TimelineEntry } from '../shapes.ts';

export type FlowState = 'flowing' | 'idle' | 'failing' | 'paused' | 'stopped';

export interface FlowStatus {
  system: 'legacy' | 'crm' | 'mail';
  state: FlowState;
  perMinute: number;
  p95Ms: number | null;
  waiting: number;
  lastError: string | null;
  since: string | null;
}

export interface Cause {
  fingerprint: string;
  queue: string;
  error: string;
  count: number;
  oldestAt: string;
}

export interface ConsoleOverview {
  needs: {
    deadLetters: { open: number; causes: Cause[] };
    pausedFlows: { name: string; reason: string | null; changedAt: string }[];
    subscriptions: { name: string; status: string; lag: number }[];
    helpRequests: { open: number; oldestAt: string | null };
  };
  flow: {
    eventsPerSecond: number;
    /** Sixty minutes, the running one last. */
    series: { at: string; events: number }[];
    visibleP95Ms: number | null;
    systems: FlowStatus[];
  };
  today: { joined: number; verified: number; updated: number; mails: number };
  asOf: string;
}

/** A row of the directory. The e-mail address is masked. */
export interface MemberRow {
  id: string;
  number: string;
  status: MemberStatus;
  givenName: string;
  familyName: string;
  email: string;
  planCode: string | null;
  joinedAt: string;
  lastActivityAt: string | null;
}

/** A member as staff see them: `masked` says that contact values are not in the clear. */
export interface StaffMember extends Member {
  masked: boolean;
}

export interface StaffTimelineEntry extends TimelineEntry {
  /** Kind of who caused it: user, client, system, anonymous. */
  actor: string | null;
}

export interface StaffOverview {
  guildhall: Record<string, unknown>;
  sources: Record<SourceName, Source>;
  divergences: { field: string; values: Record<string, string | null>; settling: boolean }[];
}

export interface Note {
  id: string;
  text: string;
  author: string | null;
  createdAt: string;
}

export const memberActions = [
  'resend-verification',
  'reset-password',
  'suspend',
  'reinstate',
  'resign',
  'mark-deceased',
  'extend',
  'note',
  'erase',
] as const;
export type MemberAction = (typeof memberActions)[number];

export type RevealField = 'email' | 'phone' | 'dateOfBirth' | 'address';
export type Revealed = Partial<Pick<Member, RevealField>>;

export interface EventActor {
  kind: 'anonymous' | 'user' | 'client' | 'system';
  id: string | null;
}

export interface StoredEvent {
  position: number;
  id: string;
  stream: string;
  version: number;
  type: string;
  schemaVersion: number;
  data: Record<string, unknown>;
  correlationId: string;
  causationId: string | null;
  actor: EventActor;
  source: string;
  occurredAt: string;
  recordedAt: string;
}

export interface Subscription {
  name: string;
  kind: 'projection' | 'reaction';
  /** Everything up to here has been handled, or is parked. */
  position: number;
  lag: number;
  lagSeconds: number;
  status: 'idle' | 'running' | 'stuck' | 'failing' | 'paused';
  error: string | null;
  /** Streams that wait behind a dead letter. */
  blockedStreams: number;
}

export type DeadLetterStatus = 'open' | 'redriven' | 'dismissed';

export interface DeadLetter {
  id: string;
  kind: 'job' | 'event';
  queue: string;
  key: string | null;
  /** Waits behind an earlier one of the same record; did not fail itself. */
  tail: boolean;
  eventId: string | null;
  error: string;
  errorClass: string;
  fingerprint: string;
  attempts: number;
  redrives: number;
  correlationId: string;
  memberId: string | null;
  status: DeadLetterStatus;
  statusReason: string | null;
  statusBy: string | null;
  statusAt: string | null;
  createdAt: string;
}

export interface DeadLetterDetail extends DeadLetter {
  payload: Record<string, unknown>;
}

export interface DeadLetterGroup {
  fingerprint: string;
  queue: string;
  error: string;
  errorClass: string;
  letters: number;
  waiting: number;
  oldestAt: string;
  newestAt: string;
}

export interface RedriveResult {
  id: string;
  redriven: number;
  /** Why it could not be, if it could not. */
  problem: string | null;
}

export interface Job {
  id: string;
  queue: string;
  key: string | null;
  state: string;
  attempts: number;
  nextTryAt: string | null;
  lastError: { class: string; reason: string; at: string } | null;
  eventId: string | null;
  correlationId: string | null;
  createdAt: string;
}

export type HelpStatus = 'open' | 'closed';

/** What a member asked; the message as they wrote it, `Erased` when its key was destroyed. */
export interface HelpRequest {
  id: string;
  memberId: string;
  memberNumber: string;
  memberName: string;
  topic: string;
  message: string;
  status: string;
  createdAt: string;
  closedAt: string | null;
}

export const roleNames = ['member', 'staff', 'admin', 'auditor'] as const;
export type Role = (typeof roleNames)[number];

export interface User {
  id: string;
  email: string;
  name: string;
  roles: Role[];
  memberId: string | null;
  disabledAt: string | null;
  lockedUntil: string | null;
  lastSeenAt: string | null;
  createdAt: string;
}

export const scopeNames = ['self', 'read:data', 'write:data', 'read:status', '*'] as const;
export type Scope = (typeof scopeNames)[number];
export const grantNames = ['client_credentials', 'authorization_code', 'refresh_token'] as const;
export type Grant = (typeof grantNames)[number];

export interface ApiClient {
  id: string;
  name: string;
  scopes: Scope[];
  grants: string[];
  redirectUris: string[];
  public: boolean;
  disabledAt: string | null;
  createdAt: string;
}

/** The secret is in this answer and nowhere else. null for a public client. */
export interface ClientSecret {
  id: string;
  secret: string | null;
}

export interface PermissionTable {
  permissions: string[];
  roles: { role: Role; permissions: string[] }[];
  scopes: { scope: Scope; permissions: string[] }[];
}

export interface AuditEntry {
  id: string;
  timestamp: string;
  actorKind: string;
  /** A user, a client, or a part of Guildhall. null for nobody. */
  userId: string | null;
  action: string;
  /** `type/id`, or the type alone. */
  resource: string;
  outcome: string;
  reason: string | null;
  /** `erased` when its key was destroyed. */
  sourceIp: string | null;
  correlationId: string;
  /** How many equal refusals the entry sums up. */
  count: number;
  before: unknown;
  after: unknown;
}
