import { z } from 'zod';
import { id, line, listOf, pageQuery, reason, timestamp } from '#server/gateway/shapes.ts';
import { grants } from './oauth/clients.ts';
import { passwordLength } from './passwords.ts';
import { permissions, roles, scopes } from './permissions.ts';

export const nothing = z.null();

const email = z.string().trim().toLowerCase().max(254).pipe(z.email('must be an e-mail address'));

/** What is typed as a password: the rules are checked by the command, which knows whose it is. */
const typedPassword = z.string().min(1).max(passwordLength.max);
const token = z.string().min(1).max(200);

const session = z.strictObject({
  id,
  kind: z.enum(['browser', 'mobile']),
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  createdAt: timestamp,
  lastSeenAt: timestamp,
  expiresAt: timestamp,
  current: z.boolean(),
});
export const sessionList = listOf(session);
export const ended = z.strictObject({ ended: z.int() });

export const resetRequest = z.strictObject({ email });
export const accepted = z.strictObject({ accepted: z.literal(true) });
export const reset = z.strictObject({ token, password: typedPassword });
export const change = z.strictObject({ current: typedPassword, next: typedPassword });

const role = z.enum(roles);
const scope = z.enum(scopes);

export const me = z.strictObject({
  kind: z.enum(['user', 'client']),
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  memberId: id.nullable(),
  roles: z.array(role),
  scopes: z.array(scope).nullable(),
  permissions: z.array(z.enum(permissions)),
});

const user = z.strictObject({
  id,
  email: z.string(),
  name: z.string(),
  roles: z.array(role),
  memberId: id.nullable(),
  disabledAt: timestamp.nullable(),
  lockedUntil: timestamp.nullable(),
  lastSeenAt: timestamp.nullable(),
  createdAt: timestamp,
});
export const userList = listOf(user);
export const userQuery = z.strictObject({
  ...pageQuery,
  q: line(100).optional(),
  role: z
    .enum([...roles, 'console'])
    .optional()
    .describe('console: any that opens the console'),
});
export const revealedUser = z.strictObject({ email: z.string() });

export const actorsQuery = z
  .strictObject({
    ids: z
      .string()
      .max(4_000)
      .transform((ids) => ids.toLowerCase().split(','))
      .pipe(z.array(z.string().min(1).max(100)).max(100))
      .optional()
      .describe('ids of users and API clients, with commas between them; at most 100'),
    q: line(100).optional().describe('part of a name'),
  })
  .refine(({ ids, q }) => (ids === undefined) !== (q === undefined), 'takes ids or q');
export const actorList = listOf(
  z.strictObject({
    id: z.string(),
    kind: z.enum(['staff', 'member', 'client', 'erased']),
    name: z.string(),
    memberId: id.nullable(),
  }),
);
export const newUser = z.strictObject({ email, name: line(200), roles: z.array(role).min(1).max(roles.length) });
export const newRoles = z.strictObject({ roles: z.array(role).max(roles.length) });
export const why = z.strictObject({ reason });
export const created = z.strictObject({ id });

const clientId = z.string().regex(/^[a-z0-9][a-z0-9-]{2,62}$/, 'must be lower-case letters, digits and dashes');
export const clientParams = z.strictObject({ id: clientId });
const redirectUri = z
  .string()
  .max(500)
  .refine(isRedirectUri, 'must be a whole URL without a fragment: https, an app’s own scheme, or http on this machine');
const client = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(scope),
  grants: z.array(z.string()),
  redirectUris: z.array(z.string()),
  public: z.boolean(),
  disabledAt: timestamp.nullable(),
  createdAt: timestamp,
});
export const clientList = listOf(client);
export const newClient = z.strictObject({
  id: clientId,
  name: line(200),
  scopes: z.array(scope).min(1).max(scopes.length),
  grants: z.array(z.enum(grants)).min(1).max(grants.length),
  redirectUris: z.array(redirectUri).max(20).default([]),
  public: z.boolean().default(false),
});
export const clientSecret = z.strictObject({ id: z.string(), secret: z.string().nullable() });

const granted = z.array(z.enum(permissions));
export const permissionTable = z.strictObject({
  permissions: granted,
  roles: z.array(z.strictObject({ role, permissions: granted })),
  scopes: z.array(z.strictObject({ scope, permissions: granted })),
});

const parameter = z.string().max(2_000).optional();

/** Unknown parameters are ignored, as OAuth asks for. */
export const tokenRequest = z.object({
  grant_type: parameter,
  client_id: parameter,
  client_secret: parameter,
  scope: parameter,
  code: parameter,
  redirect_uri: parameter,
  code_verifier: parameter,
  refresh_token: parameter,
});
export const tokenAnswer = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  scope: z.string(),
  refresh_token: z.string().optional(),
});
export const oauthProblem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  correlationId: z.string(),
  error: z.string(),
  error_description: z.string(),
});
export const authorizeQuery = z.object({
  response_type: parameter,
  client_id: parameter,
  redirect_uri: parameter,
  scope: parameter,
  state: parameter,
  code_challenge: parameter,
  code_challenge_method: parameter,
});
export const consentDecision = authorizeQuery.extend({ decision: z.enum(['allow', 'refuse']) });
export const consentList = listOf(
  z.strictObject({
    clientId: z.string(),
    name: z.string(),
    scopes: z.array(scope),
    givenAt: timestamp,
    lastUsedAt: timestamp.nullable(),
  }),
);
export const redirection = z.strictObject({ redirectTo: z.string() });

const onThisMachine = ['localhost', '127.0.0.1', '[::1]'];
const dangerous = ['javascript:', 'data:', 'file:', 'blob:', 'vbscript:', 'about:'];

function isRedirectUri(value: string): boolean {
  if (!URL.canParse(value) || value.includes('#') || value.includes('*')) return false;
  const { protocol, hostname } = new URL(value);
  return !dangerous.includes(protocol) && (protocol !== 'http:' || onThisMachine.includes(hostname));
}
