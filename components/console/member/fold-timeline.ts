import type { StaffTimelineEntry } from '../../api/console/shapes.ts';

/** What another system, a mail or a notification did because of something. */
export interface Consequence {
  /** `crm`, `mail`, …: the system it went to. */
  system: string;
  state: 'ok' | 'failed';
  /** From what caused it to its end, in milliseconds. */
  afterMs: number;
  /** Failed tries before the end. */
  failures: number;
  entries: StaffTimelineEntry[];
}

export interface FoldedEntry {
  entry: StaffTimelineEntry;
  consequences: Consequence[];
}

const consequences = new Set(['sync.completed', 'sync.failed', 'email.sent', 'notification.sent']);
const isConsequence = (entry: StaffTimelineEntry) => consequences.has(entry.type);

/**
 * Entries, newest first, with what followed from each folded under it. Of a version that reached a system twice the first
 * counts. What followed from something that is not in the list stands by itself.
 */
export function foldTimeline(entries: readonly StaffTimelineEntry[]): FoldedEntry[] {
  const told = firstArrivals(entries);
  const causes = Map.groupBy(
    told.filter((entry) => !isConsequence(entry)),
    ({ correlationId }) => correlationId,
  );
  const under = new Map<StaffTimelineEntry, StaffTimelineEntry[]>();
  const alone: StaffTimelineEntry[] = [];
  for (const entry of told) {
    const cause = isConsequence(entry) ? causeOf(entry, causes.get(entry.correlationId) ?? []) : undefined;
    if (cause) under.set(cause, [...(under.get(cause) ?? []), entry]);
    else alone.push(entry);
  }
  return alone.map((entry) => ({ entry, consequences: bySystem(entry, under.get(entry) ?? []) }));
}

/** Without the later arrivals of a version at a system, which change nothing. */
function firstArrivals(entries: readonly StaffTimelineEntry[]): StaffTimelineEntry[] {
  const seen = new Set<string>();
  const kept = entries.toReversed().filter((entry) => {
    if (entry.type !== 'sync.completed' || entry.version === null) return true;
    const key = `${entry.system} ${entry.version}`;
    return !seen.has(key) && seen.add(key);
  });
  return kept.toReversed();
}

/** The last thing before it that happened under the same id; the first, for clocks that differ. */
const causeOf = (entry: StaffTimelineEntry, sameId: StaffTimelineEntry[]) =>
  sameId.find(({ at }) => at <= entry.at) ?? sameId.at(-1);

function bySystem(cause: StaffTimelineEntry, followed: StaffTimelineEntry[]): Consequence[] {
  const groups = Map.groupBy(followed.toReversed(), ({ system }) => system);
  return [...groups].map(([system, entries]) => {
    const done = entries.find(({ type }) => type !== 'sync.failed');
    const end = done ?? (entries.at(-1) as StaffTimelineEntry);
    return {
      system,
      state: done ? 'ok' : 'failed',
      afterMs: Math.max(0, Date.parse(end.at) - Date.parse(cause.at)),
      failures: entries.filter(({ type }) => type === 'sync.failed').length,
      entries,
    };
  });
}
