/** What a request line asks for, before anything is routed by it. */
export type Target =
  | { kind: 'api'; path: string }
  | { kind: 'auth'; path: string }
  | { kind: 'page'; path: string }
  | { kind: 'unreadable' };

const unreadable: Target = { kind: 'unreadable' };

/**
 * Browsers never send what is refused here. Two readers of one odd path (ours and Next's) could take it for two different
 * things, and the guard that one of them sets would not stand before the other.
 */
export function readTarget(url: string): Target {
  const question = url.indexOf('?');
  const path = question === -1 ? url : url.slice(0, question);
  if (!path.startsWith('/') || path.includes('//') || path.includes('\\')) return unreadable;
  const decoded = decode(path);
  if (decoded === null || decode(question === -1 ? '' : url.slice(question + 1)) === null) return unreadable;
  if (/\/\.{1,2}(\/|$)/.test(decoded) || decoded.includes('\\')) return unreadable;
  const kind = kindOf(path);
  return kindOf(decoded) === kind ? { kind, path } : unreadable;
}

function kindOf(path: string): 'api' | 'auth' | 'page' {
  if (path === '/api/auth' || path.startsWith('/api/auth/')) return 'auth';
  return path === '/api' || path.startsWith('/api/') ? 'api' : 'page';
}

function decode(encoded: string): string | null {
  if (!encoded.includes('%')) return encoded;
  try {
    const decoded = decodeURIComponent(encoded);
    return decoded.includes('\0') ? null : decoded;
  } catch {
    return null;
  }
}
