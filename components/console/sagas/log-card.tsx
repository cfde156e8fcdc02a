import type { Saga } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { formatDateTime } from '../../values/format.ts';
import { clockText } from '../events/clock-text.ts';
import classes from './saga.module.css';
import { logWords, stepName } from './words.ts';

/** Everything that happened to a saga, in its order. */
export function LogCard({ log }: { log: Saga['log'] }) {
  return (
    <Card id="log" title="Log">
      <ol className={classes.log}>
        {log.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end.
          <li key={index} className={classes.line}>
            <time dateTime={line.at} title={formatDateTime(line.at)} className={classes.clock}>
              {clockText(line.at)}
            </time>
            <span>
              {line.step === null ? null : <strong className={classes.where}>{stepName(line.step)} </strong>}
              {line.step === null ? logWords(line.what) : logWords(line.what).toLowerCase()}
              {line.detail ? <span className={classes.detail}>{line.detail}</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
