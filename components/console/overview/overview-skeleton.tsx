import { Skeleton } from '@mantine/core';
import { MetricTile } from '../../data/metric-tile.tsx';
import { Card } from '../../page/card.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import classes from './overview.module.css';

/** The overview to come: the same boxes at the same places. */
export function OverviewSkeleton() {
  return (
    <div className={classes.columns} aria-busy="true">
      <Card id="needs" title="Needs you now">
        <ListSkeleton rows={4} />
      </Card>
      <div className={classes.side}>
        <Card id="flow" title="Flow, last hour">
          <div className={classes.tiles}>
            <MetricTile label="Events a second" value={undefined} />
            <MetricTile label="Commit to visible, p95" value={undefined} />
          </div>
          <Skeleton height={152} />
          <div className={classes.map}>
            <Skeleton height={190} />
          </div>
        </Card>
        <Card id="money" title="Money today">
          <div className={classes.tiles}>
            <MetricTile label="Takings" value={undefined} />
            <MetricTile label="Orders" value={undefined} />
            <MetricTile label="In flight" value={undefined} />
          </div>
        </Card>
        <Card id="today" title="Today">
          <Skeleton height={44} />
        </Card>
      </div>
    </div>
  );
}
