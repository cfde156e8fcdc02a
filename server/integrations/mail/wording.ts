const longestName = 40;

/**
 * `Hello Ada,`. Anyone can have mail sent to anyone by joining with their address, so a name that carries an address
 * or a sentence is left out: it would be somebody's advertisement under our letterhead.
 */
export function greeting(givenName: string | null | undefined): string {
  const name = (givenName ?? '').replace(/\s+/g, ' ').trim();
  const telling = name.length > longestName || /[@:/\\<>]|\w\.\w|\bwww\b/i.test(name);
  return name === '' || telling ? 'Hello,' : `Hello ${name},`;
}

/** `1 hour`, `24 hours`. */
export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** `21 November 2026, 14:05 UTC` from an RFC 3339 instant. */
export function instant(at: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(new Date(at)).replace(' at ', ', ')} UTC`;
}

/** `21 November 2026` from YYYY-MM-DD or an instant, in UTC. */
export function day(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(at));
}
