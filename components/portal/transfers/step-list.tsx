import { IconCheck, IconX } from '@tabler/icons-react';
import type { Transfer } from '../../api/transfers.ts';
import { HiddenText } from '../../page/hidden-text.tsx';
import classes from '../orders/step-list.module.css';
import { stepsOf } from './words.ts';

const states = { done: 'done', now: 'under way', next: 'to come', bad: 'failed' };

/** How far a transfer has got. */
export function StepList({ transfer }: { transfer: Transfer }) {
  return (
    <ol className={classes.steps}>
      {stepsOf(transfer).map(({ words, mark }) => (
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
