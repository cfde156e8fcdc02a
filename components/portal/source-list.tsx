import type { Source, SourceName } from '../api/shapes.ts';
import { RelativeTime } from '../values/relative-time.tsx';
import { StatePill } from '../values/state-pill.tsx';
import classes from './home.module.css';

const names = {
  certifications: 'Certifications',
  crm: 'Member communication',
  legacy: 'Membership register',
} satisfies Partial<Record<SourceName, string>>;
/** The account has a place of its own on the page. */
const shown = ['certifications', 'crm', 'legacy'] as const;

export const isConnected = (source: Source) => source.reason !== 'not_connected';

/** What the other systems know of the member. One that is not connected, or does not answer, says so. */
export function SourceList({ sources }: { sources: Record<SourceName, Source> }) {
  return (
    <dl className={classes.sources}>
      {shown.map((name) => (
        <div key={name} className={classes.source}>
          <dt>{names[name]}</dt>
          <dd>
            <SourceSentence source={sources[name]} />
          </dd>
          <dd className={classes.state}>
            <SourcePill source={sources[name]} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function SourceSentence({ source }: { source: Source }) {
  if (!isConnected(source)) return 'Comes to Guildhall later';
  if (source.status === 'unavailable') return 'Does not answer at the moment';
  return (
    <>
      {source.data ? 'Has your record' : 'Your record is on its way'}
      {source.asOf ? (
        <>
          {' · '}
          <RelativeTime at={source.asOf} />
        </>
      ) : null}
    </>
  );
}

function SourcePill({ source }: { source: Source }) {
  if (!isConnected(source)) return <StatePill state="not_connected">Not connected</StatePill>;
  if (source.status === 'unavailable') return <StatePill state="unavailable" />;
  return source.data ? <StatePill state="ok">Connected</StatePill> : <StatePill state="pending" />;
}
