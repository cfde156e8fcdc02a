'use client';

import { Button, Radio } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ReasonDialog } from '../../actions/reason-dialog.tsx';
import { consoleOverviewKey } from '../../api/console/overview.ts';
import { type Mending, mendSaga, sagaKey, sagasKey } from '../../api/console/sagas.ts';
import type { Saga, SagaAction } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { useMay } from '../permissions.tsx';
import { RetryDialog } from './retry-dialog.tsx';
import classes from './saga.module.css';
import { stepName } from './words.ts';

/** The buttons that are safe at this moment, as the server says. `onDone` runs after each. */
export function SagaActions({ saga, onDone }: { saga: Saga; onDone: () => void }) {
  const may = useMay();
  const [open, setOpen] = useState<SagaAction | null>(null);
  const mend = useMend(saga.id, onDone);
  if (!may('sagas:manage') || saga.actions.length === 0) return null;
  const step = stepName(saga.step);
  const words = buttonWords(step, saga.error !== null);
  const close = () => setOpen(null);
  return (
    <>
      {saga.actions.map((action) => (
        <Button key={action} size="compact-sm" variant="default" onClick={() => setOpen(action)}>
          {words[action]}
        </Button>
      ))}
      {open === 'retry' ? (
        <RetryDialog title={words.retry} work={() => mend({ action: 'retry' })} onClose={close} />
      ) : null}
      {open === 'skip' ? (
        <ReasonDialog
          title={words.skip}
          confirm={words.skip}
          danger
          work={(reason) => mend({ action: 'skip', step: saga.step, reason })}
          onClose={close}
        >
          {saga.error === null
            ? `The saga goes on as if “${step}” had been done. It will not be done by itself later.`
            : `What “${step}” has done stays done. The saga goes on to undo what came before it.`}
        </ReasonDialog>
      ) : null}
      {open === 'settle' ? <SettleDialog title={words.settle} settle={mend} onClose={close} /> : null}
    </>
  );
}

const buttonWords = (step: string, goingBack: boolean): Record<SagaAction, string> => ({
  retry: goingBack ? `Try to undo again: ${step}` : `Try again: ${step}`,
  skip: goingBack ? `Leave as it is: ${step}` : `Go on without: ${step}`,
  settle: 'Settle by hand',
});

function useMend(id: string, onDone: () => void) {
  const client = useQueryClient();
  const intent = useIntent();
  const announce = useAnnounce();
  return async (mending: Mending) => {
    try {
      const after = await intent({ id, ...mending }, (key) => mendSaga(id, mending, key));
      client.setQueryData(sagaKey(id), after);
      announce(`Done: the saga is ${after.status}`);
      onDone();
    } finally {
      // Also after a refusal: it has moved on meanwhile, and other buttons are right now.
      void client.invalidateQueries({ queryKey: sagasKey });
      void client.invalidateQueries({ queryKey: consoleOverviewKey });
    }
  };
}

const outcomes = [
  { value: 'completed', label: 'Everything was done', about: 'It counts as completed: what was ordered is delivered.' },
  {
    value: 'failed',
    label: 'Everything was undone',
    about: 'It counts as failed: the money is back, nothing was delivered.',
  },
] as const;

function SettleDialog({
  title,
  settle,
  onClose,
}: {
  title: string;
  settle: (mending: Mending) => Promise<void>;
  onClose: () => void;
}) {
  const [outcome, setOutcome] = useState<'completed' | 'failed'>('completed');
  return (
    <ReasonDialog
      title={title}
      confirm={outcome === 'completed' ? 'Settle as completed' : 'Settle as failed'}
      danger
      work={(reason) => settle({ action: 'settle', outcome, reason })}
      onClose={onClose}
    >
      <div className={stack.fields}>
        <p className={stack.plain}>
          Only if you have made sure by hand. No further step runs, and it cannot be opened again.
        </p>
        <fieldset className={stack.group}>
          <legend className={stack.legend}>How it ended</legend>
          <div className={classes.choices}>
            {outcomes.map(({ value, label, about }) => (
              <Radio
                key={value}
                name="outcome"
                label={label}
                description={about}
                checked={outcome === value}
                onChange={() => setOutcome(value)}
              />
            ))}
          </div>
        </fieldset>
      </div>
    </ReasonDialog>
  );
}
