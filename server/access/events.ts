import { z } from 'zod';
import { defineEvent } from '#server/events/define.ts';
import { roles, scopes } from './permissions.ts';

const ours = ['guildhall'] as const;
const userId = z.uuid();
const sealed = z.string().startsWith('sealed:1:');
const role = z.enum(roles);

/** Where it came from, sealed under the key of `addressSubjectId`; both null when there was no address. */
const from = { address: sealed.nullable(), addressSubjectId: z.uuid().nullable() };
const person = { userId, memberId: z.uuid().optional() };

const sessionStarted = defineEvent({
  type: 'session.started',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...person, sessionId: z.uuid(), kind: z.enum(['browser', 'mobile']), ...from }),
});

/** `userId` is missing when nobody has the e-mail address that was tried. */
const sessionFailed = defineEvent({
  type: 'session.failed',
  version: 1,
  producers: ours,
  data: z.strictObject({
    userId: userId.optional(),
    memberId: z.uuid().optional(),
    reason: z.enum(['unknown', 'password', 'locked', 'disabled']),
    ...from,
  }),
});

const sessionLocked = defineEvent({
  type: 'session.locked',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...person, minutes: z.int().positive(), ...from }),
});

const endReasons = [
  'signed-out',
  'ended-by-user',
  'password-changed',
  'password-reset',
  'disabled',
  'erased',
  'token-reused',
] as const;
export type EndReason = (typeof endReasons)[number];

const sessionEnded = defineEvent({
  type: 'session.ended',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...person, sessionId: z.uuid(), reason: z.enum(endReasons), ...from }),
});

/** A reaction makes the token when it sends the mail: a token in an event would be readable for ever. */
const passwordResetRequested = defineEvent({
  type: 'password.reset.requested',
  version: 1,
  producers: ours,
  data: z.strictObject(person),
});

const passwordChanged = defineEvent({
  type: 'password.changed',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...person, by: z.enum(['user', 'reset']) }),
});

const userCreated = defineEvent({
  type: 'user.created',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...person, roles: z.array(role) }),
});

const userRolesChanged = defineEvent({
  type: 'user.roles.changed',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...person, from: z.array(role), to: z.array(role) }),
});

const userDisabled = defineEvent({
  type: 'user.disabled',
  version: 1,
  producers: ours,
  data: z.strictObject(person),
});

const userEnabled = defineEvent({
  type: 'user.enabled',
  version: 1,
  producers: ours,
  data: z.strictObject(person),
});

const client = (type: string) =>
  defineEvent({ type, version: 1, producers: ours, data: z.strictObject({ clientId: z.string() }) });

const clientCreated = client('client.created');
const clientSecretRotated = client('client.secret.rotated');
const clientDisabled = client('client.disabled');
const clientEnabled = client('client.enabled');

/** Which app may act for somebody, and to what. */
const consentGiven = defineEvent({
  type: 'consent.given',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...person, clientId: z.string(), scopes: z.array(z.enum(scopes)) }),
});

const consentRevoked = defineEvent({
  type: 'consent.revoked',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...person, clientId: z.string() }),
});

export const accessEvents = [
  sessionStarted,
  sessionFailed,
  sessionLocked,
  sessionEnded,
  passwordResetRequested,
  passwordChanged,
  userCreated,
  userRolesChanged,
  userDisabled,
  userEnabled,
  clientCreated,
  clientSecretRotated,
  clientDisabled,
  clientEnabled,
  consentGiven,
  consentRevoked,
];

export const sessionStream = (id: string) => `session-${id}`;
export const userStream = (id: string) => `user-${id}`;
export const clientStream = (id: string) => `client-${id}`;

/** The person part of an event's data. */
export const personOf = (user: { id: string; memberId: string | null }) => ({
  userId: user.id,
  ...(user.memberId === null ? {} : { memberId: user.memberId }),
});
