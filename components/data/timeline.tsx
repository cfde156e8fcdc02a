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

/** What happened, newest first. `below` adds what belongs to an entry. */
export function Timeline<Entry extends TimelineEntry>({
  entries,
  label,
  below,
}: {
  entries: Entry[];
  label: string;
  below?: (entry: Entry) => ReactNode;
}) {
  return (
    <ol className={classes.timeline} aria-label={label}>
      {entries.map((entry) => (
        <li
          key={`${entry.eventId ?? entry.correlationId} ${entry.type} ${entry.at} ${entry.summary}`}
          className={classes.entry}
          data-tone={toneOf(entry.type)}
        >
          <div className={classes.summary}>{entry.summary}</div>
          {below ? (
            below(entry)
          ) : (
            <div className={classes.meta}>
              {systemName(entry.system)} · <RelativeTime at={entry.at} />
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
