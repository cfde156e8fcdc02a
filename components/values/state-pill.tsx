import type { ReactNode } from 'react';
import { wordsOf } from './format.ts';
import classes from './state-pill.module.css';
import { type Tone, toneOf } from './tones.ts';

/** A state in a word, with a dot in its colour. `state` is the contract's word; `children` replaces the text. */
export function StatePill({ state, tone, children }: { state: string; tone?: Tone; children?: ReactNode }) {
  return (
    <span className={classes.pill} data-tone={tone ?? toneOf(state)}>
      <span className={classes.dot} aria-hidden />
      {children ?? wordsOf(state)}
    </span>
  );
}
