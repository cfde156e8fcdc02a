import type { MemberStatus } from '#db/schema/members.ts';
import { graceDays } from '#server/memberships/rules.ts';

/** Which status may follow which, by a person's act. The rest is refused. */
const transitions: Record<MemberStatus, readonly MemberStatus[]> = {
  pending: ['active', 'suspended', 'resigned', 'deceased', 'erased'],
  active: ['grace', 'lapsed', 'suspended', 'resigned', 'deceased', 'erased'],
  grace: ['active', 'lapsed', 'suspended', 'resigned', 'deceased', 'erased'],
  lapsed: ['active', 'resigned', 'deceased', 'erased'],
  suspended: ['pending', 'active', 'grace', 'lapsed', 'resigned', 'deceased', 'erased'],
  resigned: ['pending', 'active', 'suspended', 'deceased', 'erased'],
  deceased: ['erased'],
  erased: [],
};

export const mayBecome = (from: MemberStatus, to: MemberStatus) => transitions[from].includes(to);

/** How a member stands by what is paid for alone. Days are `YYYY-MM-DD`, UTC; the last one that is paid for counts. */
export function standingOf(paidUntil: string | null, today: string): 'pending' | 'active' | 'grace' | 'lapsed' {
  if (paidUntil === null) return 'pending';
  if (paidUntil >= today) return 'active';
  return Date.parse(today) - Date.parse(paidUntil) <= graceDays * 86_400_000 ? 'grace' : 'lapsed';
}

/** Who can still change their own record. */
export const isOpen = (status: MemberStatus) => status !== 'deceased' && status !== 'erased';

/** E-mail addresses are compared without case. */
export const normaliseEmail = (email: string) => email.trim().toLowerCase();

/** Digits with a leading plus; what equality search and the blind index use. */
export const normalisePhone = (phone: string) => phone.replace(/[^\d+]/g, '').replace(/(?!^)\+/g, '');

export const memberNumber = (value: number) => `M-${String(value).padStart(6, '0')}`;

/** A birth date that a living member can have, seen from `today` (both `YYYY-MM-DD`). */
export function isPlausibleBirthDate(date: string, today: string): boolean {
  const year = Number(today.slice(0, 4));
  return date < `${year - 14}${today.slice(4)}` && date > `${year - 120}${today.slice(4)}`;
}

/**
 * The longest of each value that a person may enter, in characters: no longer than every partner can store, so that what was
 * accepted here is never refused there.
 */
export const maxLengths = {
  givenName: 80,
  familyName: 80,
  email: 254,
  line1: 100,
  line2: 100,
  city: 60,
  postalCode: 16,
  region: 60,
} as const;

/** What a request for help can be about. Ours to choose from: words of a person's own would stand unsealed in events. */
export const helpTopics = {
  membership: 'Membership and plans',
  payment: 'Payments',
  profile: 'My profile and e-mail address',
  access: 'Signing in and security',
  data: 'My data and privacy',
  other: 'Something else',
} as const;
export type HelpTopic = keyof typeof helpTopics;

const isHelpTopic = (value: string): value is HelpTopic => Object.hasOwn(helpTopics, value);

/** What both sides call a request, in mails and on the telephone. */
export const helpReference = (requestId: string) => requestId.slice(-8).toUpperCase();

/** A topic's words. What a producer called otherwise is something else. */
export const helpTopicLabel = (topic: string) => helpTopics[isHelpTopic(topic) ? topic : 'other'];
