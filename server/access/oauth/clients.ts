import { verify } from '@node-rs/argon2';
import type { Ctx } from '#server/context/context.ts';
import { isScope, type Scope } from '../permissions.ts';
import { Recent } from '../recent.ts';
import { sameText, sha256 } from '../secrets.ts';
import { type OAuthRefusal, refuse } from './answer.ts';

export const grants = ['client_credentials', 'authorization_code', 'refresh_token'] as const;
export type Grant = (typeof grants)[number];

export interface Client {
  id: string;
  name: string;
  scopes: Scope[];
  grants: string[];
  redirectUris: string[];
  /** null for a public client (a mobile app cannot keep a secret): PKCE stands in for it. */
  secretHash: string | null;
}

/** A client that is not disabled, or null. */
export async function findOAuthClient(ctx: Ctx, id: string): Promise<Client | null> {
  const [row] = await ctx.sql<(Omit<Client, 'scopes'> & { scopes: string[] })[]>`
    select id, name, scopes, grants, redirect_uris as "redirectUris", secret_hash as "secretHash"
    from oauth_clients where id = ${id} and disabled_at is null`;
  return row ? { ...row, scopes: row.scopes.filter(isScope) } : null;
}

export interface ClientCredentials {
  id: string;
  secret: string | null;
}

/**
 * The client's id and secret: HTTP Basic (form-encoded inside, RFC 6749 2.3.1) or the body, never both.
 */
export function credentialsOf(
  authorization: string | null,
  body: { client_id?: string | undefined; client_secret?: string | undefined },
): ClientCredentials | OAuthRefusal {
  const basic = authorization?.match(/^Basic +(\S+)$/i)?.[1];
  if (basic === undefined) {
    if (authorization !== null)
      return refuse('invalid_client', 'Use HTTP Basic, or client_id and client_secret in the body.');
    return body.client_id === undefined
      ? refuse('invalid_client', 'The client did not say who it is.')
      : { id: body.client_id, secret: body.client_secret ?? null };
  }
  if (body.client_secret !== undefined)
    return refuse('invalid_request', 'Send the secret once: as Basic or in the body.');
  const decoded = Buffer.from(basic, 'base64').toString();
  const colon = decoded.indexOf(':');
  const id = formDecode(decoded.slice(0, colon));
  const secret = formDecode(decoded.slice(colon + 1));
  if (colon < 1 || id === null || secret === null)
    return refuse('invalid_client', 'The Basic credentials cannot be read.');
  if (body.client_id !== undefined && body.client_id !== id) {
    return refuse('invalid_request', 'The body and the Basic credentials name different clients.');
  }
  return { id, secret };
}

function formDecode(value: string): string | null {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

// A secret that a person chose is hashed slowly: remembering the last right one (by a hash of its own, together with the
// stored hash, so that rotation forgets it) keeps machines that ask every few minutes from costing a core.
const verified = new Recent<string>(1_000);

/** Whether the secret is the client's. A public client has none, and must not send one. */
export async function isClientSecret(client: Client, secret: string | null): Promise<boolean> {
  if (client.secretHash === null) return secret === null || secret === '';
  if (secret === null || secret.length > 500) return false;
  if (client.secretHash.startsWith('sha256:')) return sameText(client.secretHash, hashSecret(secret));
  const proof = sha256(`${client.secretHash}\0${secret}`);
  if (verified.get(client.id) === proof) return true;
  if (!(await verify(client.secretHash, secret))) return false;
  verified.set(client.id, proof);
  return true;
}

/** For secrets that we made: 256 random bits need no slow hash. */
export const hashSecret = (secret: string) => `sha256:${sha256(secret)}`;
