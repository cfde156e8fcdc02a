import { failureOf, type Once } from '../api/problem.ts';
import { Notice } from './notice.tsx';

/**
 * A form or a button whose change did not go through, told the same way everywhere. `title`: what was not done, such as
 * `Nothing was changed`. `once`: what its button makes once, however often it is pressed.
 */
export function Failure({ title, error, once }: { title?: string; error: unknown; once?: Once }) {
  const { title: shown, text } = failureOf(error, title, once);
  return (
    <Notice tone="bad" {...(shown === undefined ? {} : { title: shown })}>
      {text}
    </Notice>
  );
}
