import {
  IconAlertTriangle,
  IconCheck,
  IconCircle,
  IconCircleDashed,
  IconLoader2,
  IconMinus,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { wordsOf } from '../values/format.ts';
import { RelativeTime } from '../values/relative-time.tsx';
import classes from './step-list.module.css';

export interface Step {
  name: string;
  status: string;
  attempts?: number;
  startedAt?: string | null;
  finishedAt?: string | null;
  error?: string | null;
}

const marks: Record<string, { Icon: typeof IconCheck; tone: string }> = {
  completed: { Icon: IconCheck, tone: 'ok' },
  running: { Icon: IconLoader2, tone: 'info' },
  waiting: { Icon: IconCircleDashed, tone: 'warn' },
  retrying: { Icon: IconLoader2, tone: 'warn' },
  failed: { Icon: IconX, tone: 'bad' },
  stuck: { Icon: IconAlertTriangle, tone: 'bad' },
  skipped: { Icon: IconMinus, tone: 'plain' },
  compensated: { Icon: IconMinus, tone: 'warn' },
};

/** The steps of something long: a saga, a sync, a replay. */
export function StepList({
  steps,
  label,
  actions,
}: {
  steps: Step[];
  label: string;
  actions?: (step: Step) => ReactNode;
}) {
  return (
    <ol className={classes.steps} aria-label={label}>
      {steps.map((step) => {
        const { Icon, tone } = marks[step.status] ?? { Icon: IconCircle, tone: 'plain' };
        return (
          <li
            key={step.name}
            className={classes.step}
            data-tone={tone}
            aria-current={step.status === 'running' ? 'step' : undefined}
          >
            <span className={classes.mark} aria-hidden>
              <Icon size={14} stroke={2.25} />
            </span>
            <div className={classes.words}>
              <div>
                <span className={classes.name}>{wordsOf(step.name)}</span>{' '}
                <span className={classes.status}>{wordsOf(step.status)}</span>
              </div>
              <div className={classes.facts}>
                {step.attempts && step.attempts > 1 ? <span>{step.attempts} attempts</span> : null}
                {step.finishedAt || step.startedAt ? (
                  <RelativeTime at={step.finishedAt ?? step.startedAt ?? ''} />
                ) : null}
              </div>
              {step.error ? <div className={classes.error}>{step.error}</div> : null}
            </div>
            {actions ? <div>{actions(step)}</div> : null}
          </li>
        );
      })}
    </ol>
  );
}
