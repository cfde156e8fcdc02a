import type { StoredEvent } from '../../api/console/shapes.ts';
import type { Column } from '../../data/data-table.tsx';
import { formatDateTime, formatNumber } from '../../values/format.ts';
import { ActorName } from '../actor-name.tsx';
import { clockText } from './clock-text.ts';
import classes from './events-page.module.css';

const tone = (type: string) => (/failed|refused|locked/.test(type) ? 'bad' : undefined);

export const eventColumns = (withDate: boolean): Column<StoredEvent>[] => [
  {
    id: 'at',
    header: 'Recorded',
    width: withDate ? '14%' : '12%',
    cell: (event) => (
      <time dateTime={event.recordedAt} title={formatDateTime(event.recordedAt)}>
        {withDate ? formatDateTime(event.recordedAt) : clockText(event.recordedAt)}
      </time>
    ),
  },
  {
    id: 'type',
    header: 'Type',
    width: '19%',
    cell: (event) => (
      <span className={classes.event} data-tone={tone(event.type)}>
        {event.type}
      </span>
    ),
  },
  {
    id: 'stream',
    header: 'Stream',
    width: '38%',
    cell: (event) => <span className={classes.stream}>{event.stream}</span>,
    hideBelow: 'sm',
  },
  {
    id: 'correlation',
    header: 'Correlation',
    width: '9%',
    cell: (event) => <span className={classes.tailed}>…{event.correlationId.slice(-8)}</span>,
    hideBelow: 'md',
  },
  {
    id: 'actor',
    header: 'By',
    width: '10%',
    cell: (event) => (
      <span className={classes.who}>
        <ActorName {...event.actor} />
      </span>
    ),
    hideBelow: 'lg',
  },
  {
    id: 'position',
    header: 'Position',
    width: '8%',
    align: 'end',
    cell: (event) => formatNumber(event.position),
    hideBelow: 'sm',
  },
];
