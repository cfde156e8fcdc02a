/** A way back inside Guildhall, or `/`. Refuses other hosts (`//evil`, `/\evil`, `https:`) and loops to the sign-in. */
export function safePath(wanted: string | null | undefined): string {
  if (!wanted?.startsWith('/')) return '/';
  const base = 'http://guildhall.invalid';
  try {
    const url = new URL(wanted, base);
    return url.origin === base && url.pathname !== '/signin' ? url.pathname + url.search + url.hash : '/';
  } catch {
    return '/';
  }
}
