import type { StoredEvent } from '../../api/console/shapes.ts';
import type { Page } from '../../api/shapes.ts';
import { type TailFilter, tailSize, withArrivals } from './tail.ts';

export type ListEvents = (query: {
  after: number | null;
  cursor: string | null;
  limit: number;
}) => Promise<Page<StoredEvent>>;

/** How far back from the newest position is looked, one after the other, until there is enough to show. */
const windows = [200, 2_000, 20_000, 200_000];
const enough = 50;
const pageSize = 200;
const mostPages = 10;

/**
 * The newest events that fit, newest first. The API reads forward only, so the beginning is reckoned back from the newest
 * position (`head`): near for what is frequent, far for what is rare. A stream or a correlation is short: read whole.
 */
export async function newestEvents(list: ListEvents, filter: TailFilter, head: number): Promise<StoredEvent[]> {
  if (filter.stream !== '' || filter.correlationId !== '') return (await readOn(list, null)).events;
  let best: StoredEvent[] = [];
  for (const back of [...windows, head]) {
    const after = Math.max(0, head - back);
    const { events, whole } = await readOn(list, after);
    // Cut off before the end: these are not the newest, those of the nearer window are.
    if (!whole && best.length > 0) return best;
    best = events;
    if (best.length >= enough || after === 0) return best;
  }
  return best;
}

async function readOn(list: ListEvents, after: number | null): Promise<{ events: StoredEvent[]; whole: boolean }> {
  let events: StoredEvent[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page: Page<StoredEvent> = await list({ after, cursor, limit: pageSize });
    events = withArrivals(events, page.data, tailSize);
    cursor = page.nextCursor;
    if (cursor === null) return { events, whole: true };
  }
  return { events, whole: false };
}
