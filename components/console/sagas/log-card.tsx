import type { Saga } from '../../api/console/shapes.ts';
import { Card } from '../../page/card.tsx';
import { formatDateTime } from '../../values/format.ts';
import { clockText } from '../events/clock-text.ts';
import classes from './saga.module.css';
import { logWords } from './words.ts';

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
              <What line={line} />
              {line.detail ? <span className={classes.detail}>{line.detail}</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function What({ line }: { line: Saga['log'][number] }) {
  const { step, words } = logWords(line);
  return (
    <>
      {step === null ? null : <strong className={classes.where}>{step}: </strong>}
      {words}
    </>
  );
}
