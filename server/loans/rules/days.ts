/** Days are `YYYY-MM-DD`, UTC. */

const dayMs = 24 * 3_600_000;
const ms = (day: string) => Date.parse(`${day}T00:00:00Z`);
const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

export const daysBetween = (from: string, to: string): number => Math.round((ms(to) - ms(from)) / dayMs);

export const addDays = (day: string, days: number): string => dayOf(ms(day) + days * dayMs);

/** The same day of a later month; the month's last where it has no such day. Always from the first day: 31 Jan, 28 Feb, 31 Mar. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return dayOf(Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth)));
}

export const laterOf = (a: string, b: string): string => (a > b ? a : b);
