import { IconCheck, IconX } from '@tabler/icons-react';
import type { Order } from '../../api/orders.ts';
import { HiddenText } from '../../page/hidden-text.tsx';
import classes from './step-list.module.css';
import { shownSteps, stepWords } from './words.ts';

const states = {
  done: 'done',
  now: 'under way',
  next: 'to come',
  bad: 'failed',
};
type Mark = keyof typeof states;

function markOf(status: Order['steps'][number]['status']): Mark {
  if (status === 'completed' || status === 'skipped') return 'done';
  if (status === 'pending') return 'next';
  return status === 'running' || status === 'waiting' ? 'now' : 'bad';
}

/** The order's own steps, lighting up one after the other. */
export function StepList({ order }: { order: Pick<Order, 'steps' | 'ships'> }) {
  const steps = shownSteps(order);
  // Between two steps nothing runs for a moment: the first that is to come is the one that is meant.
  const next = steps.findIndex(({ status }) => markOf(status) !== 'done');
  return (
    <ol className={classes.steps}>
      {steps.map((step, index) => {
        const own = markOf(step.status);
        const mark = own === 'next' && index === next ? 'now' : own;
        return (
          <li
            key={step.name}
            className={classes.step}
            data-mark={mark}
            aria-current={mark === 'now' ? 'step' : undefined}
          >
            <span className={classes.mark} aria-hidden>
              {mark === 'done' ? (
                <IconCheck size={16} stroke={2.2} />
              ) : mark === 'bad' ? (
                <IconX size={16} stroke={2.2} />
              ) : null}
            </span>
            {stepWords(step)}
            <HiddenText>, {states[mark]}</HiddenText>
          </li>
        );
      })}
    </ol>
  );
}
