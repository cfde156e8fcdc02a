/** How values read on screen. One locale, so that two people talk about the same text; the zone is the reader's own. */
const locale = 'en-GB';

const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
const longDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
const shortDate = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const shortDateYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

export const formatNumber = (value: number, digits?: number) =>
  digits === undefined ? whole.format(value) : value.toLocaleString(locale, { maximumFractionDigits: digits });

/** `12900, EUR` → `€129.00`. Knows currencies without, or with three, decimals. */
export function formatMoney(amount: number, currency: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** For an axis: `€0`, `€145`, `€12.5K`. Minor units of a currency with two decimals. */
export const formatMoneyShort = (amount: number, currency: string) =>
  new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
    minimumFractionDigits: 0,
  }).format(amount / 100);

export const formatDateTime = (at: string | Date) => dateTime.format(new Date(at));

/** A calendar date (`YYYY-MM-DD`, or the day of an instant in UTC): `14 March 2027`. */
export const formatDate = (date: string) => longDate.format(new Date(date));

/** `3 s ago`, `4 min ago`, `2 h ago`, `5 d ago`, then the day. Future: `in 4 min`. Both in milliseconds since the epoch. */
export function formatRelative(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 5) return 'just now';
  const text = distanceText(distance);
  if (text === null) {
    const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
    return (sameYear ? shortDate : shortDateYear).format(at);
  }
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

function distanceText(seconds: number): string | null {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  if (seconds < 7 * 86_400) return `${Math.floor(seconds / 86_400)} d`;
  return null;
}

/** `resend-verification`, `dateOfBirth`, `member.verified` → words in sentence case. */
export function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[._-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
