import { IconCheck, IconX } from '@tabler/icons-react';
import { HiddenText } from '../page/hidden-text.tsx';
import classes from './step-list.module.css';

const states = { done: 'done', now: 'under way', next: 'to come', bad: 'failed' };

/** A step in words that mean something to whoever waits for it. */
export interface Step {
  words: string;
  mark: keyof typeof states;
}

/** How far something has got: its steps, lighting up one after the other. */
export function StepList({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className={classes.steps}>
      {steps.map(({ words, mark }) => (
        <li key={words} className={classes.step} data-mark={mark} aria-current={mark === 'now' ? 'step' : undefined}>
          <span className={classes.mark} aria-hidden>
            {mark === 'done' ? <IconCheck size={16} stroke={2.2} /> : null}
            {mark === 'bad' ? <IconX size={16} stroke={2.2} /> : null}
          </span>
          {words}
          <HiddenText>, {states[mark]}</HiddenText>
        </li>
      ))}
    </ol>
  );
}
