import { z } from 'zod';
import { memberStatuses } from '#db/schema/members.ts';
import { defineEvent } from '#server/events/define.ts';

const memberId = z.uuid().toLowerCase();
const version = z.int().positive();
/** A personal value under the member's data key. */
const sealed = z.string().startsWith('sealed:1:');
const status = z.enum(memberStatuses);

/** What a change of the profile can touch; null clears. */
const changes = z.strictObject({
  givenName: sealed.optional(),
  familyName: sealed.optional(),
  email: sealed.optional(),
  phone: sealed.nullable().optional(),
  dateOfBirth: sealed.nullable().optional(),
  address: sealed.nullable().optional(),
  mailChoices: z.strictObject({ newsletter: z.boolean(), events: z.boolean(), receipts: z.boolean() }).optional(),
});
export type ProfileChanges = z.output<typeof changes>;

const ours = ['guildhall'] as const;

export const memberRegistered = defineEvent({
  type: 'member.registered',
  version: 1,
  producers: ours,
  data: z.strictObject({
    memberId,
    userId: z.uuid(),
    version,
    number: z.string(),
    status,
    givenName: sealed,
    familyName: sealed,
    email: sealed,
    planId: z.uuid(),
    planCode: z.string(),
    joinedAt: z.iso.datetime(),
    channel: z.enum(['self-service', 'staff', 'import']),
  }),
});

export const memberVerified = defineEvent({
  type: 'member.verified',
  version: 1,
  producers: ours,
  /** `again`: not the first address that this member verified. */
  data: z.strictObject({ memberId, version, again: z.boolean().optional() }),
});

export const memberProfileUpdated = defineEvent({
  type: 'member.profile.updated',
  version: 2,
  // What waits to be verified came with the second; the first never says it.
  upcasters: { 1: (data) => data },
  producers: ours,
  data: z.strictObject({
    memberId,
    version,
    changes,
    /** A new e-mail that waits to be verified; null: it waits no more. Verified, it is one of `changes`. */
    pendingEmail: sealed.nullable().optional(),
    /** With that: the address that signs in until then. Its owner hears of the change. */
    previousEmail: sealed.optional(),
  }),
});

export const memberStatusChanged = defineEvent({
  type: 'member.status.changed',
  version: 1,
  producers: ours,
  data: z.strictObject({ memberId, version, from: status, to: status, reason: z.string().max(60) }),
});

export const memberExtended = defineEvent({
  type: 'member.extended',
  version: 1,
  producers: ours,
  data: z.strictObject({ memberId, version, paidUntil: z.iso.date() }),
});

/** The plan and the days that the membership has now. */
export const memberMembershipUpdated = defineEvent({
  type: 'member.membership.updated',
  version: 1,
  producers: ours,
  data: z.strictObject({
    memberId,
    version,
    planId: z.uuid(),
    planCode: z.string(),
    paidUntil: z.iso.date(),
  }),
});

export const memberNoted = defineEvent({
  type: 'member.noted',
  version: 1,
  producers: ours,
  data: z.strictObject({ memberId, noteId: z.uuid() }),
});

export const memberErased = defineEvent({
  type: 'member.erased',
  version: 1,
  producers: ours,
  data: z.strictObject({ memberId, version }),
});

export const verificationRequested = defineEvent({
  type: 'member.verification.requested',
  version: 1,
  producers: ours,
  data: z.strictObject({ memberId, userId: z.uuid() }),
});

/** Things that producers may report too: the portal, the mobile app, a learning platform. */
const activity = (type: string, extra: z.ZodRawShape = {}) =>
  defineEvent({
    type,
    version: 1,
    producers: ['guildhall', 'producer'],
    data: z.strictObject({ memberId, ...extra }),
  });

export const pageViewed = activity('page.viewed', { path: z.string().max(200) });
export const profileViewed = activity('profile.viewed');
export const courseStarted = activity('course.started', { courseId: z.string().max(100) });
export const courseCompleted = activity('course.completed', { courseId: z.string().max(100) });
export const supportRequested = defineEvent({
  type: 'support.requested',
  version: 2,
  // Which request came with the second; who reports one that was made elsewhere knows none of ours.
  upcasters: { 1: (data) => data },
  producers: ['guildhall', 'producer'],
  data: z.strictObject({ memberId, topic: z.string().max(60), requestId: z.uuid().optional() }),
});

export const supportAnswered = defineEvent({
  type: 'support.answered',
  version: 1,
  producers: ours,
  data: z.strictObject({ memberId, topic: z.string().max(60) }),
});

/** Staff wrote back. `closed`: with that the request is done. */
export const supportReplied = defineEvent({
  type: 'support.replied',
  version: 1,
  producers: ours,
  data: z.strictObject({
    memberId,
    requestId: z.uuid(),
    replyId: z.uuid(),
    topic: z.string().max(60),
    closed: z.boolean(),
  }),
});

export const memberEvents = [
  memberRegistered,
  memberVerified,
  memberProfileUpdated,
  memberStatusChanged,
  memberExtended,
  memberMembershipUpdated,
  memberNoted,
  memberErased,
  verificationRequested,
  pageViewed,
  profileViewed,
  courseStarted,
  courseCompleted,
  supportRequested,
  supportAnswered,
  supportReplied,
];

/**
 * Holds only what changes the record: the stream's version is the record's version. Notes, requests and activity have
 * streams of their own.
 */
export const memberStream = (id: string) => `member-${id}`;

export const activityStream = (memberId: string) => `activity-${memberId}`;
