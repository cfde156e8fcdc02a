'use client';

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { partnersQuery } from '../../api/console/sagas.ts';
import type { PartnerWord } from '../../api/console/shapes.ts';
import { systemName } from '../../data/timeline.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Notice } from '../../page/notice.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { formatNumber, wordsOf } from '../../values/format.ts';
import { IdText } from '../../values/id-text.tsx';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { Freshness } from '../../values/live-dot.tsx';
import classes from './saga.module.css';

/** What the partners say about it now: asked when a person wants to know. */
export function PartnersCard({ sagaId }: { sagaId: string }) {
  const { data, error, isFetching, dataUpdatedAt, refetch } = useQuery(partnersQuery(sagaId));
  return (
    <Card
      id="partners"
      title="What the partners say"
      aside={
        <span className={classes.aside}>
          <Freshness at={dataUpdatedAt || null} />
          <Button size="compact-sm" variant="default" loading={isFetching} onClick={() => void refetch()}>
            {data ? 'Ask again' : 'Ask them'}
          </Button>
        </span>
      }
    >
      <div aria-live="polite">
        {error && !isFetching ? (
          <ErrorState what="They could not be asked" error={error} />
        ) : data ? (
          <Words words={data} />
        ) : isFetching ? (
          <TextSkeleton lines={3} />
        ) : (
          <p className={`${stack.plain} ${stack.dim}`}>Not asked yet. Nothing is changed by asking.</p>
        )}
      </div>
    </Card>
  );
}

function Words({ words }: { words: PartnerWord[] }) {
  if (words.length === 0) return <p className={`${stack.plain} ${stack.dim}`}>No partner knows of it yet.</p>;
  return words.map((word) => (
    <section key={`${word.system} ${word.about}`} className={classes.word}>
      <h3 className={classes.heading}>
        {word.system === 'gateway' ? 'Payment gateway' : systemName(word.system)}{' '}
        <IdText id={word.about} label="id there" />
      </h3>
      {word.error ? (
        <Notice tone="warn" title="It could not be asked">
          {word.error}
        </Notice>
      ) : (
        <KeyValueList
          items={Object.entries(word.says ?? {}).map(([name, value]) => ({
            label: wordsOf(name),
            value: textOf(value),
          }))}
          empty="Nothing"
        />
      )}
    </section>
  ));
}

/** As the partner says it: amounts are its minor units. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
