/** What the HTTP API takes from and gives to the console: see `../shapes.ts`. */

import type { z } from 'zod';
import { roles, scopes } from '#server/access/permissions.ts';
import type {
  actorList,
  clientList,
  clientSecret,
  newClient,
  newUser,
  permissionTable,
  userList,
} from '#server/access/shapes.ts';
import type { eventView, subscriptionView } from '#server/events/shapes.ts';
import type { helpRequestView, noteView, revealBody } from '#server/members/shapes.ts';
import type { orderSummary, orderView } from '#server/orders/shapes.ts';
import type { consoleOverview, memberMoneyView } from '#server/overview/shapes.ts';
import type { paymentList, paymentView, refundView } from '#server/payments/shapes.ts';
import type { DeadLetter, redriveResults } from '#server/queue/shapes.ts';
import type { partnerWords, sagaList, sagaView } from '#server/sagas/shapes.ts';
import type { Member, Overview, TimelineEntry } from '../shapes.ts';

export type { Role, Scope } from '#server/access/permissions.ts';
export type { AuditEntry } from '#server/audit/shapes.ts';
export type {
  AccountEntryView as AccountEntry,
  AccountView as Account,
  CheckView as LedgerCheck,
  EntryView as JournalEntry,
  TrialBalanceView as TrialBalance,
} from '#server/ledger/shapes.ts';
export type { MemberAction, MemberRow, RevealView as Revealed } from '#server/members/shapes.ts';
export type { DisputeView as Dispute } from '#server/payments/shapes.ts';
export type { DeadLetter, DeadLetterGroup, Job, WholeDeadLetter as DeadLetterDetail } from '#server/queue/shapes.ts';

export type ConsoleOverview = z.output<typeof consoleOverview>;
export type FlowStatus = ConsoleOverview['flow']['systems'][number];

/** A member as staff see them: `masked` says that contact values are not in the clear. */
export type StaffMember = Member;
export type StaffTimelineEntry = TimelineEntry;
export type StaffOverview = Overview;
export type MemberMoney = z.output<typeof memberMoneyView>;
export type Note = z.output<typeof noteView>;
export type RevealField = z.output<typeof revealBody>['fields'][number];

export type StoredEvent = z.output<typeof eventView>;
export type Subscription = z.output<typeof subscriptionView>;

export type DeadLetterStatus = DeadLetter['status'];
export type RedriveResult = z.output<typeof redriveResults>['results'][number];

/** What a member asked; the message as they wrote it, `Erased` when its key was destroyed. */
export type HelpRequest = z.output<typeof helpRequestView>;
export type HelpStatus = 'open' | 'closed';

export const roleNames = roles;
export const scopeNames = scopes;

/** Whom an event or an audit entry names by id. */
export type Actor = z.output<typeof actorList>['data'][number];
export type User = z.output<typeof userList>['data'][number];
export type NewUser = z.input<typeof newUser>;
export type ApiClient = z.output<typeof clientList>['data'][number];
export type NewClient = z.input<typeof newClient>;
/** The secret is in this answer and nowhere else. null for a public client. */
export type ClientSecret = z.output<typeof clientSecret>;
export type PermissionTable = z.output<typeof permissionTable>;

export type OrderRow = z.output<typeof orderSummary>;
/** An order as staff see it: the address is masked. */
export type StaffOrder = z.output<typeof orderView>;
export type SagaRow = z.output<typeof sagaList>['data'][number];
export type Saga = z.output<typeof sagaView>;
export type SagaStep = Saga['steps'][number];
export type SagaAction = Saga['actions'][number];
export type PartnerWord = z.output<typeof partnerWords>['data'][number];

export type PaymentRow = z.output<typeof paymentList>['data'][number];
/** A payment as staff see it: with what it is called elsewhere. */
export type StaffPayment = z.output<typeof paymentView>;
export type Refund = z.output<typeof refundView>;
