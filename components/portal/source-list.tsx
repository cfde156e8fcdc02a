import type { Source, SourceName } from '../api/shapes.ts';
import { RelativeTime } from '../values/relative-time.tsx';
import { StatePill } from '../values/state-pill.tsx';
import classes from './home.module.css';

const names: Record<SourceName, string> = {
  certifications: 'Certifications',
  payments: 'Account and payments',
  crm: 'Member communication',
  legacy: 'Membership register',
};

export const isConnected = (source: Source) => source.status !== 'not_connected' && source.reason !== 'not_connected';

/** What the other systems know of the member. One that is not connected, or does not answer, says so. */
export function SourceList({ sources }: { sources: Record<SourceName, Source> }) {
  return (
    <dl className={classes.sources}>
      {(Object.keys(names) as SourceName[]).map((name) => (
        <div key={name} className={classes.source}>
          <dt>{names[name]}</dt>
          <dd>
            <SourceState source={sources[name]} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function SourceState({ source }: { source: Source }) {
  if (!isConnected(source)) {
    return (
      <>
        Not connected to Guildhall yet
        <StatePill state="not_connected" tone="neutral">
          Not connected
        </StatePill>
      </>
    );
  }
  if (source.status === 'unavailable') {
    return (
      <>
        Does not answer at the moment
        <StatePill state="unavailable">Unavailable</StatePill>
      </>
    );
  }
  return (
    <>
      <span>
        {source.data ? 'Your record is there' : 'Your record is on its way'}
        {source.asOf ? (
          <>
            , asked <RelativeTime at={source.asOf} />
          </>
        ) : null}
      </span>
      <StatePill state={source.data ? 'ok' : 'pending'}>{source.data ? 'Connected' : 'Pending'}</StatePill>
    </>
  );
}
