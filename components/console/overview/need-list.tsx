import { IconAlertTriangle, IconCircleCheck, IconFlame } from '@tabler/icons-react';
import type { Route } from 'next';
import Link from 'next/link';
import { EmptyState } from '../../page/empty-state.tsx';
import { formatNumber } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import classes from './need-list.module.css';
import type { Need } from './needs.ts';

/** What needs a person, the worst first; says so when nothing does. */
export function NeedList({ needs }: { needs: Need[] }) {
  if (needs.length === 0) {
    return (
      <EmptyState title="Nothing needs you" icon={<IconCircleCheck size={22} stroke={1.75} />}>
        No dead letters, every flow runs, no saga is stuck, the money agrees, nobody waits for help.
      </EmptyState>
    );
  }
  return (
    <ul className={classes.needs} aria-label="Needs you now">
      {needs.map((need) => (
        <li key={need.id} className={classes.need} data-tone={need.tone}>
          <NeedLine need={need} />
          {need.parts.length > 0 ? (
            <ul className={classes.parts}>
              {need.parts.map((part) => (
                <li key={part.id}>
                  <Link href={part.href as Route} className={classes.part}>
                    <span className={classes.count}>{formatNumber(part.count)}</span>
                    <span className={classes.cause}>
                      <span className={classes.error}>{part.title}</span>
                      <span className={classes.place}>{part.place}</span>
                    </span>
                    <RelativeTime at={part.at} className={classes.time ?? ''} />
                  </Link>
                </li>
              ))}
            </ul>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function NeedLine({ need }: { need: Need }) {
  const Icon = need.tone === 'bad' ? IconFlame : IconAlertTriangle;
  return (
    <Link href={need.href as Route} className={classes.line}>
      <Icon size={16} stroke={2} className={classes.icon} role="img" aria-label={need.word} />
      <span className={classes.words}>
        <span className={classes.title}>{need.title}</span>
        {need.detail ? <span className={classes.detail}>{need.detail}</span> : null}
      </span>
      {need.at ? <RelativeTime at={need.at} className={classes.time ?? ''} /> : null}
    </Link>
  );
}
