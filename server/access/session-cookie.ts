import { decode, encode } from 'next-auth/jwt';
import { validate } from 'uuid';
import type { App } from '#server/context/app.ts';
import type { Settings } from '#server/settings/settings.ts';
import { Recent } from './recent.ts';
import { sessionMs } from './rules.ts';

export const isSecure = (settings: Settings) => settings.GUILDHALL_URL.startsWith('https:');

/** The names that next-auth gives its cookie. */
export const sessionCookieName = (settings: Settings) =>
  isSecure(settings) ? '__Secure-next-auth.session-token' : 'next-auth.session-token';

const decoded = new Recent<{ sessionId: string; expiresAt: number }>(10_000);

/** The session id that the cookie carries, or null for no cookie and for one that we did not make. The row decides whether it lives. */
export async function sessionIdOf(app: App, cookieHeader: string | null): Promise<string | null> {
  const token = cookieHeader && tokenIn(cookieHeader, sessionCookieName(app.settings));
  if (!token) return null;
  // Decrypting costs more than everything else on this path; the secret is part of the key because tests have several.
  const key = `${app.settings.AUTH_SECRET}\0${token}`;
  const known = decoded.get(key);
  if (known) return known.expiresAt > Date.now() ? known.sessionId : null;
  const claims = await decode({ token, secret: app.settings.AUTH_SECRET }).catch(() => null);
  const sessionId = claims?.sessionId;
  if (typeof sessionId !== 'string' || !validate(sessionId) || typeof claims?.exp !== 'number') return null;
  decoded.set(key, { sessionId, expiresAt: claims.exp * 1000 });
  return sessionId;
}

/** The `Cookie` header of a signed-in browser, for tests and scripts that are not about signing in. */
export async function sessionCookie(app: App, sessionId: string): Promise<string> {
  const token = await encode({
    token: { sessionId },
    secret: app.settings.AUTH_SECRET,
    maxAge: sessionMs / 1000,
  });
  return `${sessionCookieName(app.settings)}=${token}`;
}

/** The cookie's value; next-auth cuts a long one into `name.0`, `name.1`, … */
function tokenIn(header: string, name: string): string | null {
  const chunks: Array<{ part: number; value: string }> = [];
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at).trim();
    if (key === name) return pair.slice(at + 1).trim();
    const part = key.startsWith(`${name}.`) ? Number(key.slice(name.length + 1)) : Number.NaN;
    if (Number.isInteger(part)) chunks.push({ part, value: pair.slice(at + 1).trim() });
  }
  if (chunks.length === 0) return null;
  return chunks
    .sort((a, b) => a.part - b.part)
    .map((chunk) => chunk.value)
    .join('');
}
