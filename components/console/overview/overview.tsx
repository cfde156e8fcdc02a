'use client';

import type { Route } from 'next';
import Link from 'next/link';
import type { ConsoleOverview } from '../../api/console/shapes.ts';
import { MetricTile } from '../../data/metric-tile.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Notice } from '../../page/notice.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { formatMoney, formatNumber } from '../../values/format.ts';
import { Freshness, LiveDot } from '../../values/live-dot.tsx';
import { useMay } from '../permissions.tsx';
import { counted, formatDuration } from '../rate.ts';
import { FlowMap } from './flow-map.tsx';
import { NeedList } from './need-list.tsx';
import { needsOf } from './needs.ts';
import classes from './overview.module.css';
import { OverviewSkeleton } from './overview-skeleton.tsx';
import { RateChart } from './rate-chart.tsx';
import { takingsDelta, takingsNote } from './takings.ts';
import { useLiveOverview } from './use-live-overview.ts';

/** From the commit of a fact to readers seeing it. */
const visibleTargetMs = 50;
/** The first events after a start, and single slow ones, say nothing about the ninety-fifth of a hundred. */
const fewestJudged = 200;

/** The console's first page: what needs a person, and the system as it is. */
export function Overview() {
  const { data, error, refetch, dataUpdatedAt, stream, freshness } = useLiveOverview();
  const stale = freshness.state === 'stale';
  return (
    <>
      <PageHeader
        title="Overview"
        freshness={
          stale ? (
            <LiveDot {...freshness} />
          ) : stream === 'stale' ? (
            <Freshness at={dataUpdatedAt || null} />
          ) : (
            <LiveDot state={data ? stream : 'connecting'} />
          )
        }
      />
      {data ? (
        <>
          {stale ? (
            <div className={classes.stale}>
              <Notice tone="warn" title="These figures are not fresh">
                Guildhall did not answer the last time it was asked. It is asked again every few seconds.
              </Notice>
            </div>
          ) : null}
          <Figures overview={data} />
        </>
      ) : error ? (
        <ErrorState what="The overview could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <OverviewSkeleton />
      )}
    </>
  );
}

function Figures({ overview }: { overview: ConsoleOverview }) {
  const { flow, today } = overview;
  const may = useMay();
  const needs = needsOf(overview, may('members:act'));
  return (
    <div className={classes.columns}>
      <Card id="needs" title="Needs you now" aside={<span className={classes.aside}>{countOf(needs.length)}</span>}>
        <NeedList needs={needs} />
      </Card>
      <div className={classes.side}>
        <Card id="flow" title="Flow, last hour">
          <div className={classes.tiles}>
            <MetricTile
              label="Events a second"
              value={formatNumber(flow.eventsPerSecond, 1)}
              unit="/s"
              note="mean of this minute"
            />
            <MetricTile
              label="Commit to visible, p95"
              value={flow.visibleP95Ms === null ? null : formatDuration(flow.visibleP95Ms)}
              {...(visibleMissed(flow) ? { state: 'waiting' } : {})}
              note={visibleNote(flow)}
            />
          </div>
          <RateChart series={flow.series} />
          <div className={classes.map}>
            <FlowMap flow={flow} />
          </div>
        </Card>
        <Card id="money" title="Money today" aside={<span className={classes.aside}>since midnight UTC</span>}>
          <div className={classes.tiles}>
            <MetricTile
              label="Takings after refunds"
              value={formatMoney(today.takings.amount, today.takings.currency)}
              delta={takingsDelta(today)}
              note={takingsNote(today)}
            />
            <MetricTile label="Orders" value={formatNumber(today.orders)} note="made today, without failed ones" />
            <MetricTile
              label="In flight"
              value={formatNumber(today.ordersInFlight)}
              note={<Link href={'/ops/orders?state=open' as Route}>Orders under way</Link>}
            />
          </div>
        </Card>
        <Card id="today" title="Today" aside={<span className={classes.aside}>since midnight UTC</span>}>
          <dl className={classes.today}>
            <Count label="Joined" value={today.joined} />
            <Count label="Verified" value={today.verified} />
            <Count label="Profile changes" value={today.updated} />
            <Count label="Mails sent" value={today.mails} />
          </dl>
        </Card>
      </div>
    </div>
  );
}

const countOf = (count: number) => (count === 0 ? 'all clear' : `${count} ${count === 1 ? 'thing' : 'things'}`);

const visibleMissed = ({ visibleP95Ms, visibleCount }: ConsoleOverview['flow']) =>
  visibleP95Ms !== null && visibleCount >= fewestJudged && visibleP95Ms > visibleTargetMs;

const visibleNote = (flow: ConsoleOverview['flow']) => {
  const { visibleCount } = flow;
  if (visibleCount === 0) return 'nothing happened in the last hour';
  const of = `of ${counted(visibleCount, 'event')}`;
  if (visibleCount < fewestJudged) return `${of}: too few to judge`;
  return `${of} · target under ${visibleTargetMs} ms${visibleMissed(flow) ? ', missed' : ''}`;
};

function Count({ label, value }: { label: string; value: number }) {
  return (
    <div className={classes.count}>
      <dt>{label}</dt>
      <dd>{formatNumber(value)}</dd>
    </div>
  );
}
