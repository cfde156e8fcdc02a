'use client';

import type { ConsoleOverview } from '../../api/console/shapes.ts';
import { ChartFrame } from '../../data/chart-frame.tsx';
import { SeriesChart } from '../../data/series-chart.tsx';
import { formatNumber } from '../../values/format.ts';

type Series = ConsoleOverview['flow']['series'];

const height = 130;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** Events a minute over the last hour. The running minute is paler: it is not over. */
export function RateChart({ series }: { series: Series }) {
  const total = series.reduce((sum, { events }) => sum + events, 0);
  const highest = Math.max(0, ...series.map(({ events }) => events));
  const minutes = series.map(({ at, events }) => ({ minute: clock.format(new Date(at)), events }));
  return (
    <ChartFrame
      title="Events a minute"
      unit={`${formatNumber(total)} in the last hour`}
      height={height}
      columns={['Minute', 'Events']}
      rows={minutes.toReversed().map(({ minute, events }) => [minute, formatNumber(events)] as const)}
    >
      <SeriesChart
        kind="bars"
        points={minutes.map(({ minute, events }, index) => ({
          at: minute,
          value: events,
          words: `${minute}: ${formatNumber(events)} ${events === 1 ? 'event' : 'events'}`,
          running: index === series.length - 1,
        }))}
        label={`Events a minute over the last hour: ${formatNumber(total)} in all, at most ${formatNumber(highest)} in a minute`}
        axis={formatNumber}
      />
    </ChartFrame>
  );
}
