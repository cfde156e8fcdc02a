'use client';

import { SegmentedControl } from '@mantine/core';
import { useFilters } from '../../data/filters.ts';
import { useSelected } from '../../data/selected.ts';
import { PageHeader } from '../../page/page-header.tsx';
import { EventDrawer } from './event-drawer.tsx';
import { EventFilters } from './event-filters.tsx';
import classes from './events-page.module.css';
import { History } from './history.tsx';
import { LiveTail } from './live-tail.tsx';
import { SubscriptionStrip } from './subscription-strip.tsx';
import { tailFilters } from './tail.ts';

const names = [...tailFilters, 'from', 'to', 'view'];
const views = [
  { value: 'live', label: 'Live' },
  { value: 'history', label: 'History' },
];

/** What happens, as it happens, and what happened before. */
export function EventsPage() {
  const { values, set } = useFilters(names);
  const { type = '', stream = '', correlationId = '', memberId = '', from = '', to = '' } = values;
  const selected = useSelected('event');
  const view = values.view || (from || to ? 'history' : 'live');
  const filter = { type, stream, correlationId, memberId };
  return (
    <>
      <PageHeader
        title="Events"
        actions={
          <SegmentedControl
            aria-label="Show"
            size="xs"
            data={views}
            value={view}
            onChange={(next) => set('view', next)}
          />
        }
      />
      <SubscriptionStrip />
      <EventFilters values={values} onChange={set} withTimes={view === 'history'} />
      <div className={classes.list}>
        {view === 'live' ? (
          <LiveTail filter={filter} openId={selected.id} onOpen={selected.open} />
        ) : (
          <History filter={filter} from={from} to={to} openId={selected.id} onOpen={selected.open} />
        )}
      </div>
      <EventDrawer id={selected.id || null} onClose={selected.close} />
    </>
  );
}
