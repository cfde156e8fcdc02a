'use client';

import { useEffect, useState } from 'react';
import type { Saga, SagaStep } from '../../api/console/shapes.ts';
import { formatDateTime } from '../../values/format.ts';
import { IdText } from '../../values/id-text.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { counted, formatDuration } from '../rate.ts';
import classes from './step-list.module.css';
import { barOf, spanOf } from './time-line.ts';
import { stepName } from './words.ts';

/** Bars that grow are drawn again this often, in milliseconds. */
const growEvery = 1_000;

/** The steps of a saga in their order, each with its bar on one time line. */
export function StepList({ saga }: { saga: Saga }) {
  const now = useTicking(saga.finishedAt === null, saga.updatedAt);
  const span = spanOf(saga, now);
  return (
    <div className={classes.frame}>
      <ol className={classes.steps} aria-label="Steps">
        {saga.steps.map((step) => (
          <Step key={step.name} step={step} span={span} current={saga.finishedAt === null && step.name === saga.step} />
        ))}
      </ol>
      <p className={classes.axis}>
        <time dateTime={saga.startedAt}>{formatDateTime(saga.startedAt)}</time>
        <span>
          {formatDuration(span.ms)} {saga.finishedAt === null ? 'so far' : 'in all'}
        </span>
      </p>
    </div>
  );
}

function Step({ step, span, current }: { step: SagaStep; span: { from: number; ms: number }; current: boolean }) {
  const bar = barOf(step, span);
  return (
    <li className={classes.step} data-status={step.status} aria-current={current ? 'step' : undefined}>
      <div className={classes.head}>
        <span className={classes.name}>{stepName(step.name)}</span>
        {step.status === 'pending' ? <StatePill state="pending" tone="neutral" /> : <StatePill state={step.status} />}
      </div>
      <div className={classes.track} aria-hidden>
        {bar ? (
          <span
            className={classes.bar}
            data-open={bar.open}
            style={{ insetInlineStart: `${bar.from}%`, width: `${bar.width}%` }}
          />
        ) : null}
      </div>
      <div className={classes.took}>{bar ? `${formatDuration(bar.ms)}${bar.open ? ' so far' : ''}` : '–'}</div>
      <div className={classes.about}>
        {step.error ? (
          <p className={classes.error}>
            {step.error.reason} <code>{step.error.code}</code>
          </p>
        ) : null}
        <p className={classes.meta}>
          <span>{step.attempts === 0 ? 'Not tried yet' : counted(step.attempts, 'attempt')}</span>
          <span className={classes.key}>
            <span className={classes.label}>Key</span>{' '}
            <IdText id={step.idempotencyKey} label={`idempotency key of ${stepName(step.name)}`} />
          </span>
        </p>
      </div>
    </li>
  );
}

/** Milliseconds since the epoch, moving while `on`. Before the page has come alive, the moment that is `otherwise`. */
function useTicking(on: boolean, otherwise: string): number {
  const [now, setNow] = useState(() => Date.parse(otherwise));
  useEffect(() => {
    setNow(Date.now());
    if (!on) return;
    const timer = setInterval(() => setNow(Date.now()), growEvery);
    return () => clearInterval(timer);
  }, [on]);
  return now;
}
