'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { sagaQuery } from '../../api/console/sagas.ts';
import type { Saga } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { Notice } from '../../page/notice.tsx';
import { ListSkeleton } from '../../page/skeletons.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { useMay } from '../permissions.tsx';
import { CrashWorker } from './crash-worker.tsx';
import classes from './saga.module.css';
import { SagaActions } from './saga-actions.tsx';
import { StepList } from './step-list.tsx';

/** The steps of one saga with what may be done now. `onMended` runs after a person's action; `demo`: the worker may be crashed. */
export function SagaCard({ id, onMended, demo }: { id: string; onMended: () => void; demo: boolean }) {
  const may = useMay();
  const [crashedAt, setCrashedAt] = useState<string | null>(null);
  const { data, error, refetch } = useQuery(sagaQuery(id));
  if (!data) {
    return (
      <Card id="saga" title="Steps">
        {error ? (
          <ErrorState what="The steps could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : (
          <ListSkeleton rows={5} />
        )}
      </Card>
    );
  }
  return (
    <Card
      id="saga"
      title="Steps"
      aside={
        <span className={classes.aside}>
          <StatePill state={data.status} />
          <SagaActions saga={data} onDone={onMended} />
          {demo && data.finishedAt === null && may('access:manage') ? <CrashWorker onCrash={setCrashedAt} /> : null}
        </span>
      }
    >
      {crashedAt === null ? null : <Crashed at={crashedAt} saga={data} />}
      <Trouble saga={data} />
      <StepList saga={data} />
    </Card>
  );
}

/** Demo: what the crash has come to. */
function Crashed({ at, saga }: { at: string; saga: Saga }) {
  const back = Date.parse(saga.updatedAt) > Date.parse(at);
  return (
    <div className={classes.failure}>
      {back ? (
        <Notice tone="ok" live title={saga.finishedAt === null ? 'The worker is back' : 'It went on to its end'}>
          The saga was taken up where it was, with the same idempotency keys.
        </Notice>
      ) : (
        <Notice tone="warn" live title="The worker was killed">
          <RelativeTime at={at} />. The saga goes on as soon as the worker is back.
        </Notice>
      )}
    </div>
  );
}

function Trouble({ saga }: { saga: Saga }) {
  if (saga.status === 'stuck') {
    return (
      <div className={classes.failure}>
        <Notice tone="bad" title="It needs a person">
          It can go neither on nor back. Look at what the partners say, then try again, leave the step, or settle it.
        </Notice>
      </div>
    );
  }
  if (saga.status === 'compensating' && saga.error) {
    return (
      <div className={classes.failure}>
        <Notice tone="warn" title="It goes back">
          {saga.error.reason} What was done is being undone, the last step first.
        </Notice>
      </div>
    );
  }
  if (saga.wakeAt && saga.finishedAt === null) {
    return (
      <p className={classes.dim}>
        Looks again by itself <RelativeTime at={saga.wakeAt} />.
      </p>
    );
  }
  return null;
}
