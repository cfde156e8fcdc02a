'use client';

import { IconCheck, IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deadLettersKey } from '../../api/console/dead-letters.ts';
import { consoleOverviewKey } from '../../api/console/overview.ts';
import type { DeadLetter, RedriveResult } from '../../api/console/shapes.ts';
import { Dialog } from '../../page/dialog.tsx';
import { DialogFoot } from '../../page/dialog-foot.tsx';
import { Notice } from '../../page/notice.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { formatNumber } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import { counted } from '../rate.ts';
import classes from './dead-letters.module.css';

/** What would be redriven, then what came of it, row by row. */
export function RedriveDialog({
  title,
  count,
  letters,
  run,
  onClose,
}: {
  title: string;
  /** How many will be redriven; `letters` may be the first of them. */
  count: number;
  /** undefined while they are looked up. */
  letters: readonly DeadLetter[] | undefined;
  run: () => Promise<RedriveResult[]>;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const work = useMutation({
    mutationFn: run,
    onSettled: () => {
      void client.invalidateQueries({ queryKey: deadLettersKey });
      void client.invalidateQueries({ queryKey: consoleOverviewKey });
    },
  });
  return (
    <Dialog title={title} size="lg" onClose={onClose}>
      {work.data ? (
        <Results results={work.data} />
      ) : (
        <div className={stack.fields}>
          <p className={stack.plain}>
            Each is tried again from the start, the oldest first; what waits behind it goes with it, in order. Nothing
            is tried twice: what fails again comes back here.
          </p>
          <Preview letters={letters} count={count} />
        </div>
      )}
      <DialogFoot
        confirm={work.data ? null : `Redrive ${counted(count, 'dead letter')}`}
        onConfirm={() => work.mutate()}
        pending={work.isPending}
        disabled={count === 0}
        failure="It is not known how far it went: the list shows what is still open"
        error={work.error}
        cancel={work.data ? 'Close' : 'Cancel'}
        onCancel={onClose}
      />
    </Dialog>
  );
}

function Preview({ letters, count }: { letters: readonly DeadLetter[] | undefined; count: number }) {
  if (!letters) return <TextSkeleton lines={5} />;
  return (
    <>
      <ul className={classes.preview} aria-label="To be redriven">
        {letters.map((letter) => (
          <li key={letter.id}>
            <span className={classes.previewText}>
              {letter.queue} · <span className="mono">{letter.key ? `…${letter.key.slice(-12)}` : 'no record'}</span>
            </span>
            <RelativeTime at={letter.createdAt} className={classes.dim ?? ''} />
          </li>
        ))}
      </ul>
      {count > letters.length ? (
        <p className={`${stack.plain} ${stack.dim}`}>and {formatNumber(count - letters.length)} more like these.</p>
      ) : null}
    </>
  );
}

function Results({ results }: { results: RedriveResult[] }) {
  const done = results.filter(({ problem }) => problem === null);
  const failed = results.length - done.length;
  const going = done.reduce((sum, { redriven }) => sum + redriven, 0);
  return (
    <div className={stack.fields}>
      <Notice tone={failed === 0 ? 'ok' : 'warn'} title={`${counted(going, 'job')} set going`} live>
        {failed === 0
          ? 'None was refused. They are tried in a moment.'
          : `${counted(failed, 'dead letter')} could not be redriven: the reason stands at each.`}
      </Notice>
      <ul className={classes.preview} aria-label="Results">
        {results.map(({ id, redriven, problem }) => (
          <li key={id} data-failed={problem !== null}>
            <span className={classes.previewText}>
              {problem === null ? <IconCheck size={14} aria-hidden /> : <IconX size={14} aria-hidden />}{' '}
              <span className="mono">…{id.slice(-12)}</span>
            </span>
            <span className={classes.outcome}>
              {problem ?? (redriven > 1 ? `Redriven, with ${formatNumber(redriven - 1)} behind it` : 'Redriven')}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
