import type { StoredEvent } from '../../api/console/shapes.ts';

/** As many as a person can look through; older ones are in the history. */
export const tailSize = 500;

/** Newest first, each once, never more than `size`. Arrivals come in any order, and some may be there already. */
export function withArrivals(
  events: readonly StoredEvent[],
  arrived: readonly StoredEvent[],
  size = tailSize,
): StoredEvent[] {
  if (arrived.length === 0) return events as StoredEvent[];
  const known = new Set(events.map(({ position }) => position));
  const fresh = arrived.filter(({ position }, index) => {
    return !known.has(position) && arrived.findIndex((other) => other.position === position) === index;
  });
  return [...fresh, ...events].sort((a, b) => b.position - a.position).slice(0, size);
}

export const tailFilters = ['type', 'stream', 'correlationId', 'memberId'] as const;
export type TailFilter = Record<(typeof tailFilters)[number], string>;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isUuid = (text: string) => uuid.test(text);

/** What the server can be asked: an id that is not one yet, while it is typed, is left out. */
export const askable = (filter: TailFilter): TailFilter => ({
  ...filter,
  correlationId: isUuid(filter.correlationId) ? filter.correlationId : '',
  memberId: isUuid(filter.memberId) ? filter.memberId : '',
});
