import type { Account, AccountEntry, Movements } from '../../api/accounts.ts';
import type { Point } from '../../data/series.ts';
import { formatDate, formatMoney } from '../../values/format.ts';

const dayMs = 86_400_000;
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** `YYYY-MM-DD` (UTC), so many days before a moment in ms. */
export const daysBefore = (now: number, days: number) => dayOf(now - days * dayMs);

export interface DayBalance {
  day: string;
  /** At the end of the day, minor units. */
  balance: number;
}

/** With its sign: what a member has grows with a credit. */
export const signedAmount = ({ direction, amount }: Pick<AccountEntry, 'direction' | 'amount'>) =>
  direction === 'credit' ? amount.amount : -amount.amount;

/**
 * The balance at the end of each day from `since` to today (UTC), the oldest first. Days without a movement keep the balance
 * before them. A younger account begins with the day before it was opened, with nothing on it; one that has moved too often
 * to be fetched whole begins where it is known.
 */
export function dailyBalances(
  account: Pick<Account, 'balance' | 'createdAt'>,
  { entries, complete }: Movements,
  since: string,
  now: number,
): DayBalance[] {
  const closing = new Map<string, number>();
  // Newest first: the first one seen of a day is its last.
  for (const { bookedAt, balanceAfter } of entries) {
    const day = bookedAt.slice(0, 10);
    if (balanceAfter && !closing.has(day)) closing.set(day, balanceAfter.amount);
  }
  const oldest = entries.at(-1);
  const opened = account.createdAt.slice(0, 10);
  const known = complete ? since : (oldest?.bookedAt.slice(0, 10) ?? since);
  const [, first = known] = [known, dayOf(Date.parse(opened) - dayMs)].sort();
  let balance = oldest?.balanceAfter ? oldest.balanceAfter.amount - signedAmount(oldest) : account.balance.amount;
  const days: DayBalance[] = [];
  for (let at = Date.parse(first); at <= now; at += dayMs) {
    const day = dayOf(at);
    balance = closing.get(day) ?? balance;
    days.push({ day, balance });
  }
  return days;
}

const axisDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Each day holds until the next; the last one until now. */
export function balancePoints(days: readonly DayBalance[], currency: string): Point[] {
  const points = days.map(({ day, balance }) => ({
    at: axisDay.format(new Date(day)),
    value: balance,
    words: `${formatDate(day)}: ${formatMoney(balance, currency)}`,
  }));
  const last = points.at(-1);
  return last ? [...points, { ...last, at: 'now' }] : points;
}

/** What the picture of the days shows, in a sentence. */
export function balanceWords(days: readonly DayBalance[], currency: string): string {
  const balances = days.map(({ balance }) => balance);
  const money = (amount: number) => formatMoney(amount, currency);
  return `Balance day by day: highest ${money(Math.max(...balances))}, today ${money(balances.at(-1) ?? 0)}`;
}

/** The months (`2026-11`) of an account, the newest first; at most three years. */
export function monthsOf(createdAt: string, now: number): string[] {
  const last = new Date(now);
  const months: string[] = [];
  for (let back = 0; back < 36; back += 1) {
    const month = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
    if (month < createdAt.slice(0, 7)) break;
    months.push(month);
  }
  return months;
}

/** `2026-11` → from its first moment (UTC) to that of the next month; null for anything else. */
export function spanOf(month: string | null): { from: string; to: string } | null {
  if (month === null || !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) return null;
  const [year = 0, number = 1] = month.split('-').map(Number);
  return { from: `${month}-01T00:00:00Z`, to: new Date(Date.UTC(year, number, 1)).toISOString() };
}
