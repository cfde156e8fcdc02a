import type { ReactNode } from 'react';
import type { TimelineEntry } from '../api/shapes.ts';
import { wordsOf } from '../values/format.ts';
import { RelativeTime } from '../values/relative-time.tsx';
import classes from './timeline.module.css';

const systems: Record<string, string> = {
  guildhall: 'Guildhall',
  crm: 'CRM',
  legacy: 'Legacy',
  mail: 'Mail',
  payments: 'Payments',
  certifications: 'Certifications',
};
export const systemName = (system: string) => systems[system] ?? wordsOf(system);

const toneOf = (type: string) =>
  /failed|refused|locked|suspended|unknown/.test(type)
    ? 'bad'
    : /completed|verified|activated/.test(type)
      ? 'ok'
      : 'plain';

/** What happened, newest first. `details` adds what an entry unfolds to. */
export function Timeline({
  entries,
  label,
  details,
}: {
  entries: TimelineEntry[];
  label: string;
  details?: (entry: TimelineEntry) => ReactNode;
}) {
  return (
    <ol className={classes.timeline} aria-label={label}>
      {entries.map((entry) => (
        <li
          key={`${entry.eventId ?? entry.correlationId} ${entry.type} ${entry.at} ${entry.summary}`}
          className={classes.entry}
          data-tone={toneOf(entry.type)}
        >
          <div>{entry.summary}</div>
          <div className={classes.meta}>
            {systemName(entry.system)} · <RelativeTime at={entry.at} />
            {details ? details(entry) : null}
          </div>
        </li>
      ))}
    </ol>
  );
}
