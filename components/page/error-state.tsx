'use client';

import { Button } from '@mantine/core';
import { ApiError, messageOf } from '../api/problem.ts';
import { IdText } from '../values/id-text.tsx';
import classes from './states.module.css';

/** What happened, the correlation id, what next. `what` begins the sentence: "The timeline could not be loaded". */
export function ErrorState({ what, error, onRetry }: { what: string; error: unknown; onRetry?: () => void }) {
  const correlationId = error instanceof ApiError ? error.correlationId : null;
  return (
    <div className={classes.state} data-tone="bad" role="alert">
      <p className={classes.title}>{what}</p>
      <div className={classes.text}>{messageOf(error)}</div>
      {correlationId ? (
        <div className={classes.reference}>
          <span>If you ask us about this, give the reference</span>
          <IdText id={correlationId} label="reference" />
        </div>
      ) : null}
      {onRetry ? (
        <div className={classes.action}>
          <Button variant="default" size="sm" onClick={onRetry}>
            Try again
          </Button>
        </div>
      ) : null}
    </div>
  );
}
