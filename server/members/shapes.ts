import { z } from 'zod';
import { memberStatuses } from '#db/schema/members.ts';
import { id, line, listOf, pageQuery, reason, text, timestamp } from '#server/gateway/shapes.ts';
import { type HelpTopic, helpTopics, isPlausibleBirthDate, maxLengths, normaliseEmail } from './rules.ts';

/** What goes in and out over HTTP. Personal values leave masked unless they are the caller's own. */

export const address = z.strictObject({
  line1: line(maxLengths.line1),
  line2: line(maxLengths.line2).nullish(),
  city: line(maxLengths.city),
  postalCode: line(maxLengths.postalCode),
  region: line(maxLengths.region).nullish(),
  country: z.string().regex(/^[A-Z]{2}$/, 'must be a country code of two letters, such as DE'),
});
export type Address = z.output<typeof address>;

const email = z
  .string()
  .trim()
  .max(maxLengths.email, `must have at most ${maxLengths.email} characters`)
  .pipe(z.email('must be an e-mail address'))
  .transform(normaliseEmail);
const phone = z
  .string()
  .trim()
  .regex(/^\+?[\d\s().-]{6,24}$/, 'must be a phone number, such as +49 30 1234567')
  .refine((value) => value.replace(/\D/g, '').length >= 6, 'must have at least 6 digits');
const dateOfBirth = z.iso
  .date('must be a date such as 1987-04-12')
  .refine(
    (value) => isPlausibleBirthDate(value, new Date().toISOString().slice(0, 10)),
    'must be a plausible birth date',
  );
const password = z.string().min(10, 'must have at least 10 characters').max(200, 'must have at most 200 characters');
export const mailChoices = z.strictObject({ newsletter: z.boolean(), events: z.boolean(), receipts: z.boolean() });

export const joinBody = z.strictObject({
  givenName: line(maxLengths.givenName),
  familyName: line(maxLengths.familyName),
  email,
  password,
  phone: phone.nullish(),
  dateOfBirth: dateOfBirth.nullish(),
  address: address.nullish(),
  planId: id,
});
export type JoinInput = z.output<typeof joinBody>;

/** Staff add a member by hand: no password; the mail to verify the address leads to choosing one. */
export const addBody = joinBody.omit({ password: true });
export type AddInput = z.output<typeof addBody>;

const masked = (pattern: RegExp) => z.string().regex(pattern);
/** A masked value sent back means "unchanged": accepted here, dropped by the command. */
const orMasked = <T extends z.ZodType>(schema: T, pattern: RegExp) => z.union([masked(pattern), schema]);

const partOrMasked = <T extends z.ZodType>(schema: T) => orMasked(schema, /^\*{3}$/);
/** An address as a masking reader sends it back: any part may be `***`, the rest is checked as ever. */
const addressEdit = z.strictObject({
  line1: partOrMasked(address.shape.line1),
  line2: partOrMasked(address.shape.line2),
  city: partOrMasked(address.shape.city),
  postalCode: partOrMasked(address.shape.postalCode),
  region: partOrMasked(address.shape.region),
  country: partOrMasked(address.shape.country),
});

export const patchBody = z.strictObject({
  givenName: line(maxLengths.givenName).optional(),
  familyName: line(maxLengths.familyName).optional(),
  email: orMasked(email, /^.?\*{3}/).optional(),
  phone: orMasked(phone, /\*{3}/).nullish(),
  dateOfBirth: orMasked(dateOfBirth, /^\d{4}-\*\*-\*\*$/).nullish(),
  address: addressEdit.nullish(),
  mailChoices: mailChoices.optional(),
});
export type PatchInput = z.output<typeof patchBody>;

const planRef = z.strictObject({ id, code: z.string(), name: z.string() });

export const memberView = z.strictObject({
  id,
  number: z.string(),
  status: z.enum(memberStatuses),
  givenName: z.string(),
  familyName: z.string(),
  email: z.string(),
  pendingEmail: z.string().nullable().describe('a new address that waits to be verified; until then `email` counts'),
  phone: z.string().nullable(),
  dateOfBirth: z.string().nullable(),
  address: z
    .strictObject({
      line1: z.string(),
      line2: z.string().nullable(),
      city: z.string(),
      postalCode: z.string(),
      region: z.string().nullable(),
      country: z.string(),
    })
    .nullable(),
  plan: planRef,
  paidUntil: z.string().nullable(),
  mailChoices,
  joinedAt: timestamp,
  verifiedAt: timestamp.nullable(),
  version: z.int(),
  updatedAt: timestamp,
  /** True when contact values are masked for this caller. */
  masked: z.boolean(),
});
export type MemberView = z.output<typeof memberView>;

/** PUT takes what GET gave. Read-only fields must be unchanged. */
export const putBody = z.strictObject({
  ...memberView.shape,
  givenName: line(maxLengths.givenName),
  familyName: line(maxLengths.familyName),
  email: orMasked(email, /^.?\*{3}/),
  phone: orMasked(phone, /\*{3}/).nullable(),
  dateOfBirth: orMasked(dateOfBirth, /^\d{4}-\*\*-\*\*$/).nullable(),
  address: addressEdit.nullable(),
});
export type PutInput = z.output<typeof putBody>;

export const memberRow = z.strictObject({
  id,
  number: z.string(),
  status: z.enum(memberStatuses),
  givenName: z.string(),
  familyName: z.string(),
  email: z.string(),
  planCode: z.string().nullable(),
  joinedAt: timestamp,
  lastActivityAt: timestamp.nullable(),
});
export type MemberRow = z.output<typeof memberRow>;

export const memberSorts = ['-joined', 'joined', 'name', '-name'] as const;
export const listQuery = z.strictObject({
  ...pageQuery,
  q: z.string().trim().max(200).optional(),
  status: z.enum(memberStatuses).optional(),
  sort: z.enum(memberSorts).default('-joined'),
});
export type ListInput = z.output<typeof listQuery>;

/** The list without its pages, or the rows of it that were selected. */
export const csvQuery = listQuery.omit({ limit: true, cursor: true }).extend({
  ids: z
    .string()
    .max(7_500)
    .transform((ids) => ids.split(','))
    .pipe(z.array(id).min(1).max(200))
    .optional()
    .describe('only these members, with commas between their ids; at most 200'),
});
export type CsvInput = z.output<typeof csvQuery>;
export const memberList = listOf(memberRow);

export const timelineEntry = z.strictObject({
  at: timestamp,
  type: z.string(),
  system: z.string(),
  summary: z.string(),
  eventId: id.nullable(),
  correlationId: id,
  actor: z.string().nullable(),
  /** For staff: who acted, a user's or client's id or a part of Guildhall. */
  actorId: z.string().nullable(),
  /** For staff: of the record, as it was changed to or as it arrived. */
  version: z.int().nullable(),
  /** For staff who act on members: the words of whoever did it. */
  reason: z.string().nullable(),
});
export const timelineQuery = z.strictObject({
  ...pageQuery,
  system: z.string().max(40).optional(),
  only: z.enum(['news']).optional().describe('`news`: without what happens behind the scenes'),
});

const sourceState = z.strictObject({
  status: z.enum(['ok', 'unavailable']),
  /** Why it is unavailable; `not_connected` for a source that this installation does not have. */
  reason: z.enum(['not_connected', 'timeout', 'error', 'credentials']).nullable(),
  asOf: timestamp.nullable(),
  /** null with status ok: the source does not know the member. */
  data: z.record(z.string(), z.unknown()).nullable(),
});
export type SourceState = z.output<typeof sourceState>;

export const overviewView = z.strictObject({
  guildhall: z.record(z.string(), z.unknown()),
  sources: z.strictObject({
    legacy: sourceState,
    crm: sourceState,
    payments: sourceState,
    certifications: sourceState,
  }),
  divergences: z.array(
    z.strictObject({ field: z.string(), values: z.record(z.string(), z.string().nullable()), settling: z.boolean() }),
  ),
});
export type OverviewView = z.output<typeof overviewView>;

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
export const actionBody = z.strictObject({ action: z.enum(memberActions), reason });

export const revealable = ['email', 'phone', 'dateOfBirth', 'address'] as const;
export const revealBody = z.strictObject({ fields: z.array(z.enum(revealable)).min(1).max(4), reason });
export const revealView = z.strictObject({
  email: z.string().nullable().optional(),
  phone: z.string().nullable().optional(),
  dateOfBirth: z.string().nullable().optional(),
  address: memberView.shape.address.optional(),
});
export type RevealView = z.output<typeof revealView>;

const topics = Object.keys(helpTopics) as [HelpTopic, ...HelpTopic[]];
export const helpBody = z.strictObject({ topic: z.enum(topics), message: text(4000) });
export const helpView = z.strictObject({ id, topic: z.string(), status: z.string(), createdAt: timestamp });

export const replyBody = z.strictObject({
  text: text(4000),
  close: z.boolean().describe('true: with this the request is done'),
});

/** What the member sees of their own requests. */
export const ownHelpRequest = z.strictObject({
  id,
  reference: z.string(),
  topic: z.string(),
  message: z.string(),
  status: z.string(),
  createdAt: timestamp,
  closedAt: timestamp.nullable(),
  replies: z.array(z.strictObject({ id, text: z.string(), createdAt: timestamp })),
});

export const helpRequestView = z.strictObject({
  id,
  reference: z.string(),
  memberId: id,
  memberNumber: z.string(),
  memberName: z.string(),
  topic: z.string(),
  message: z.string(),
  status: z.string(),
  createdAt: timestamp,
  closedAt: timestamp.nullable(),
  mailTo: z
    .string()
    .nullable()
    .describe(
      'where an answer goes by mail, masked; null: they never proved an address, and read it in the portal only',
    ),
  replies: z.array(z.strictObject({ id, text: z.string(), author: z.string().nullable(), createdAt: timestamp })),
});

export const noteView = z.strictObject({ id, text: z.string(), author: z.string().nullable(), createdAt: z.string() });

/** `me`, for the signed-in member, or an id. */
export const memberParams = z.strictObject({ id: z.union([z.literal('me'), id]) });
