'use client';

import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { ConsoleOverview } from '../../api/console/shapes.ts';
import { formatNumber } from '../../values/format.ts';
import classes from './rate-chart.module.css';

type Series = ConsoleOverview['flow']['series'];

const width = 600;
const height = 96;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const views = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
];

/** Events a minute over the last hour, as bars or as a table. The running minute is paler: it is not over. */
export function RateChart({ series }: { series: Series }) {
  const [view, setView] = useState('chart');
  const highest = Math.max(1, ...series.map(({ events }) => events));
  const total = series.reduce((sum, { events }) => sum + events, 0);
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span>
          Events a minute <span className={classes.dim}>· {formatNumber(total)} in the last hour</span>
        </span>
        <SegmentedControl size="xs" value={view} onChange={setView} data={views} aria-label="Show events as" />
      </figcaption>
      {view === 'chart' ? <Bars series={series} highest={highest} total={total} /> : <Table series={series} />}
    </figure>
  );
}

function Bars({ series, highest, total }: { series: Series; highest: number; total: number }) {
  const step = width / Math.max(1, series.length);
  const first = series[0];
  const label = `Events a minute over the last hour: ${formatNumber(total)} in all, at most ${formatNumber(highest)} in a minute`;
  return (
    <div className={classes.plot}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className={classes.bars}
        role="img"
        aria-label={label}
      >
        {series.map(({ at, events }, index) => {
          const size = events === 0 ? 0 : Math.max(1.5, (events / highest) * (height - 2));
          return (
            <rect
              key={at}
              x={index * step + 0.75}
              width={Math.max(1, step - 1.5)}
              y={height - size}
              height={size}
              data-running={index === series.length - 1}
            >
              <title>{`${clock.format(new Date(at))} · ${formatNumber(events)} events`}</title>
            </rect>
          );
        })}
      </svg>
      <div className={classes.axis} aria-hidden>
        <span>{first ? clock.format(new Date(first.at)) : ''}</span>
        <span>highest {formatNumber(highest)}</span>
        <span>now</span>
      </div>
    </div>
  );
}

function Table({ series }: { series: Series }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={classes.scroll} tabIndex={0} aria-label="Events a minute, table">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            <th scope="col">Events</th>
          </tr>
        </thead>
        <tbody>
          {series.toReversed().map(({ at, events }) => (
            <tr key={at}>
              <td>{clock.format(new Date(at))}</td>
              <td>{formatNumber(events)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
