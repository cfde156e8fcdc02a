import type { ConsoleOverview } from '../../api/console/shapes.ts';
import { formatMoney } from '../../values/format.ts';

/** Today's takings against those of the same weekday last week until the same time; a share only where there is something to compare with. */
export function takingsDelta({
  takings,
  takingsWeekAgo,
}: Pick<ConsoleOverview['today'], 'takings' | 'takingsWeekAgo'>): { text: string; comparedWith: string } {
  const before = takingsWeekAgo.amount;
  const comparedWith = `against ${formatMoney(before, takingsWeekAgo.currency)} a week ago, by this time`;
  if (before === 0) return { text: takings.amount === 0 ? 'None' : 'New', comparedWith };
  const percent = Math.round(((takings.amount - before) / before) * 100);
  return { text: `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${Math.abs(percent)} %`, comparedWith };
}
