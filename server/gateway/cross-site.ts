import { AppError } from '#server/errors/errors.ts';
import type { GatewayRequest } from './request.ts';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser adds the session cookie to whatever another site makes it send. Writes that are authenticated by the cookie must
 * therefore come from our own pages; scripts, which are no browsers, send neither header. Bearer tokens are never added
 * by a browser on its own.
 * @throws AppError `forbidden`
 */
export function requireSameSite(request: GatewayRequest, ownOrigin: string): void {
  if (safe.has(request.method) || request.header('authorization') !== null) return;
  const site = request.header('sec-fetch-site');
  const origin = request.header('origin');
  if (origin !== null && !isOwnOrigin(origin, ownOrigin, request.header('host'))) throw refused();
  if (site !== null && site !== 'same-origin' && site !== 'none' && origin === null) throw refused();
  if (site === 'cross-site') throw refused();
}

function isOwnOrigin(origin: string, ownOrigin: string, host: string | null): boolean {
  if (origin === ownOrigin) return true;
  const parsed = URL.parse(origin);
  return parsed !== null && host !== null && parsed.host === host.toLowerCase();
}

const refused = () => new AppError('forbidden', 'This was sent by another site and is not done.');
