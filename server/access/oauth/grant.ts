import { isScope, type Scope } from '../permissions.ts';
import { type OAuthRefusal, refuse } from './answer.ts';

export interface TokenRequest {
  grant_type?: string | undefined;
  client_id?: string | undefined;
  client_secret?: string | undefined;
  scope?: string | undefined;
  code?: string | undefined;
  redirect_uri?: string | undefined;
  code_verifier?: string | undefined;
  refresh_token?: string | undefined;
}

/** What a grant gives: whom the access token is for, and a refresh token where there is one. */
export interface Granted {
  userId: string | null;
  sessionId: string | null;
  scopes: Scope[];
  refreshToken: string | null;
}

/** What a client that holds `held` may do in a person's name. */
export const personScopes = (held: readonly Scope[]): Scope[] =>
  held.includes('self') || held.includes('*') ? ['self'] : [];

/** What is asked for, all of it if nothing is. Never more than `allowed`. */
export function scopesOf(asked: string | undefined, allowed: readonly Scope[]): Scope[] | OAuthRefusal {
  if (asked === undefined || asked.trim() === '') return [...allowed];
  const names = [...new Set(asked.trim().split(/\s+/))];
  const scopes = names.filter(isScope).filter((scope) => allowed.includes(scope) || allowed.includes('*'));
  return scopes.length === names.length
    ? scopes
    : refuse('invalid_scope', 'This client may not have all of these scopes.');
}
