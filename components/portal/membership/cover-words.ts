import type { Membership } from '../../api/memberships.ts';
import type { Member } from '../../api/shapes.ts';
import { formatDate } from '../../values/format.ts';

/** What is paid for, and until when, as a label and its value. `today` is YYYY-MM-DD. */
export function coverWords(
  { paidUntil }: Pick<Member, 'paidUntil'>,
  periods: readonly Pick<Membership['periods'][number], 'from' | 'to'>[],
  today: string,
): { label: string; value: string } {
  if (paidUntil === null) return { label: 'Begins', value: 'As soon as it is paid' };
  if (paidUntil < today) return { label: 'Ended on', value: formatDate(paidUntil) };
  const first = periods
    .filter(({ to }) => to > today)
    .map(({ from }) => from)
    .sort()[0];
  return first !== undefined && first > today
    ? { label: 'Paid for', value: `${formatDate(first)} to ${formatDate(paidUntil)}` }
    : { label: 'Paid until', value: formatDate(paidUntil) };
}
