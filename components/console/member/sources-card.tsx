'use client';

import { Button } from '@mantine/core';
import { IconArrowsDiff, IconCheck, IconClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { staffOverviewQuery } from '../../api/console/member.ts';
import type { Source, SourceName } from '../../api/shapes.ts';
import { systemName } from '../../data/timeline.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { wordsOf } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { type Agreement, isMissing, type SourceField, sourceFields } from './source-fields.ts';
import classes from './sources-card.module.css';

/** What each system says about the member, field by field, asked now. */
export function SourcesCard({ id }: { id: string }) {
  const { data, error, refetch, isFetching } = useQuery(staffOverviewQuery(id));
  return (
    <Card
      id="sources"
      title="What each system says"
      aside={
        data ? (
          <Button variant="subtle" size="compact-xs" loading={isFetching} onClick={() => void refetch()}>
            Ask again
          </Button>
        ) : null
      }
    >
      {data ? (
        <>
          <ul className={classes.sources} aria-label="Systems">
            {(Object.entries(data.sources) as [SourceName, Source][]).map(([name, source]) => (
              <li key={name} className={classes.source}>
                <span className={classes.system}>{systemName(name)}</span>
                <SourceState source={source} />
              </li>
            ))}
          </ul>
          <ul className={classes.fields} aria-label="Fields">
            {sourceFields(data).map((row) => (
              <FieldRow key={row.field} row={row} />
            ))}
          </ul>
        </>
      ) : error ? (
        <ErrorState what="The systems could not be asked" error={error} onRetry={() => void refetch()} />
      ) : (
        <TextSkeleton lines={12} />
      )}
    </Card>
  );
}

const reasons: Record<string, string> = {
  timeout: 'no answer within 2 s',
  error: 'it failed',
  credentials: 'it refused our credentials',
};

function SourceState({ source }: { source: Source }) {
  if (isMissing(source)) return <span className={classes.missing}>Not connected to Guildhall</span>;
  if (source.status !== 'ok') {
    return (
      <span className={classes.state}>
        <span className={classes.dim}>{reasons[source.reason ?? ''] ?? source.reason}</span>
        <StatePill state="unavailable" />
      </span>
    );
  }
  return (
    <span className={classes.state}>
      <span className={classes.dim}>
        {source.data ? 'as of ' : 'asked '}
        {source.asOf ? <RelativeTime at={source.asOf} /> : 'an unknown time'}
      </span>
      {source.data ? (
        <StatePill state="ok">Answers</StatePill>
      ) : (
        <StatePill state="unknown">Does not know them</StatePill>
      )}
    </span>
  );
}

const verdicts: Record<Agreement, { word: string; Icon: typeof IconCheck } | null> = {
  differs: { word: 'Differs', Icon: IconArrowsDiff },
  settling: { word: 'Settling', Icon: IconClock },
  same: { word: 'Same', Icon: IconCheck },
  unknown: null,
};

function FieldRow({ row }: { row: SourceField }) {
  const verdict = verdicts[row.agreement];
  const shownOnce = row.agreement === 'same' || row.agreement === 'unknown';
  return (
    <li className={classes.field} data-agreement={row.agreement}>
      <div className={classes.line}>
        <span className={classes.name}>{wordsOf(row.field)}</span>
        {verdict ? (
          <span className={classes.verdict}>
            <verdict.Icon size={13} aria-hidden /> {verdict.word}
          </span>
        ) : null}
      </div>
      {shownOnce ? (
        <div className={classes.value}>
          <Value value={row.values[0]?.value} />
        </div>
      ) : (
        <dl className={classes.values}>
          {row.values.map(({ system, value }) => (
            <div key={system}>
              <dt>{systemName(system)}</dt>
              <dd>
                <Value value={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {row.agreement === 'settling' ? (
        <p className={classes.note}>On its way: a system has not confirmed the last change yet.</p>
      ) : null}
    </li>
  );
}

function Value({ value }: { value: string | null | undefined }) {
  if (value === undefined) return <span className={classes.dim}>Not kept here</span>;
  if (value === null) return <span className={classes.dim}>Empty</span>;
  return value;
}
