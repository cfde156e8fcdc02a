/**
 * What the HTTP API takes and gives: the types of the very schemas that the server checks every request and answer with. A
 * field renamed there does not compile here. Times are RFC 3339 UTC, dates YYYY-MM-DD, amounts minor units.
 */

import type { z } from 'zod';
import type { authorizeQuery, consentList, me, sessionList } from '#server/access/shapes.ts';
import type { money } from '#server/gateway/shapes.ts';
import type {
  addBody,
  address,
  helpBody,
  joinBody,
  mailChoices,
  memberView,
  overviewView,
  ownHelpRequest,
  patchBody,
  timelineEntry,
} from '#server/members/shapes.ts';

export type { Plan } from '#server/memberships/shapes.ts';
export type { Notification } from '#server/notifications/shapes.ts';

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export type Money = z.output<typeof money>;

export type Me = z.output<typeof me>;
/** What an app asks for, in OAuth's words. */
export type AppRequest = z.input<typeof authorizeQuery>;
export type Consent = z.output<typeof consentList>['data'][number];
export type Session = z.output<typeof sessionList>['data'][number];

export type Member = z.output<typeof memberView>;
export type MemberStatus = Member['status'];
/** As it is typed; what is given has null where there is nothing. */
export type Address = z.input<typeof address>;
export type MailChoices = z.output<typeof mailChoices>;
export type MemberChanges = z.input<typeof patchBody>;
export type JoinInput = z.input<typeof joinBody>;
export type AddMemberInput = z.input<typeof addBody>;

export type Overview = z.output<typeof overviewView>;
export type SourceName = keyof Overview['sources'];
export type Source = Overview['sources'][SourceName];
export type TimelineEntry = z.output<typeof timelineEntry>;

export type HelpInput = z.input<typeof helpBody>;
/** What a request for help can be about. */
export type OwnHelpRequest = z.output<typeof ownHelpRequest>;
export type HelpTopic = HelpInput['topic'];
