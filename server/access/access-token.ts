import { hkdfSync } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import type { App } from '#server/context/app.ts';
import { isScope, type Scope } from './permissions.ts';
import { Recent } from './recent.ts';
import { accessTokenSeconds } from './rules.ts';

const audience = 'guildhall-api';
const tokenType = 'at+jwt';

/** `sessionId` and `userId`: a person, through the client. Neither: the client itself. */
export interface AccessClaims {
  clientId: string;
  userId: string | null;
  sessionId: string | null;
  scopes: Scope[];
}

const keys = new Map<string, Uint8Array>();
const verified = new Recent<{ claims: AccessClaims; expiresAt: number }>(10_000);

/** A key of its own: whoever could read a cookie's key could not make access tokens of it. */
function keyOf(app: App): Uint8Array {
  const secret = app.settings.AUTH_SECRET;
  const key = keys.get(secret) ?? new Uint8Array(hkdfSync('sha256', secret, '', 'guildhall:access-token', 32));
  keys.set(secret, key);
  return key;
}

export function signAccessToken(app: App, claims: AccessClaims, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({
    client_id: claims.clientId,
    scope: claims.scopes.join(' '),
    ...(claims.sessionId === null ? {} : { sid: claims.sessionId }),
  })
    .setProtectedHeader({ alg: 'HS256', typ: tokenType })
    .setIssuer(app.settings.GUILDHALL_URL)
    .setAudience(audience)
    .setSubject(claims.userId ?? claims.clientId)
    .setJti(uuidv7())
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + accessTokenSeconds)
    .sign(keyOf(app));
}

/** The claims of a token that we signed and that has not expired, else null. */
export async function readAccessToken(app: App, token: string): Promise<AccessClaims | null> {
  const key = `${app.settings.AUTH_SECRET}\0${token}`;
  const known = verified.get(key);
  if (known) return known.expiresAt > Date.now() ? known.claims : null;
  const result = await jwtVerify(token, keyOf(app), {
    algorithms: ['HS256'],
    typ: tokenType,
    audience,
    issuer: app.settings.GUILDHALL_URL,
    requiredClaims: ['exp', 'sub'],
  }).catch(() => null);
  if (!result) return null;
  const { client_id: clientId, scope, sid, sub, exp } = result.payload;
  if (typeof clientId !== 'string' || typeof scope !== 'string' || !sub || !exp) return null;
  const sessionId = typeof sid === 'string' ? sid : null;
  const claims: AccessClaims = {
    clientId,
    sessionId,
    userId: sessionId === null ? null : sub,
    scopes: scope.split(' ').filter(isScope),
  };
  verified.set(key, { claims, expiresAt: exp * 1000 });
  return claims;
}
