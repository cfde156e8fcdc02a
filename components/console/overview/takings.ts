import type { ConsoleOverview } from '../../api/console/shapes.ts';
import { formatMoney } from '../../values/format.ts';

/** Today's takings against those of the same weekday last week until the same time; a share only where there is something to compare with. */
export function takingsDelta({
  takings,
  takingsWeekAgo,
}: Pick<ConsoleOverview['today'], 'takings' | 'takingsWeekAgo'>): { text: string; comparedWith: string } {
  const before = takingsWeekAgo.amount;
  const comparedWith = `against ${formatMoney(before, takingsWeekAgo.currency)} a week ago, by this time`;
  const more = takings.amount - before;
  if (before > 0) {
    const percent = Math.round((more / before) * 100);
    return { text: `${signOf(percent)}${Math.abs(percent)} %`, comparedWith };
  }
  // Of nothing, and of more given back than taken, there is no share.
  if (before === 0 && more >= 0) return { text: more === 0 ? 'None' : 'New', comparedWith };
  return { text: `${signOf(more)}${formatMoney(Math.abs(more), takings.currency)}`, comparedWith };
}

const signOf = (change: number) => (change > 0 ? '+' : change < 0 ? '−' : '±');

/** What was given back, if anything was. */
export const takingsNote = ({ givenBack }: Pick<ConsoleOverview['today'], 'givenBack'>) =>
  givenBack.amount === 0 ? null : `${formatMoney(givenBack.amount, givenBack.currency)} went back`;
