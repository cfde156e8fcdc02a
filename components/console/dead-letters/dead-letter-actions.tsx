'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ReasonDialog } from '../../actions/reason-dialog.tsx';
import { deadLettersKey, dismissOne, redriveOne } from '../../api/console/dead-letters.ts';
import { consoleOverviewKey } from '../../api/console/overview.ts';
import type { DeadLetterDetail } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import { Notice } from '../../page/notice.tsx';
import { useMay } from '../permissions.tsx';
import { counted } from '../rate.ts';
import classes from './dead-letters.module.css';
import { EditPayload } from './edit-payload.tsx';

/** Redrive, edit and redrive, dismiss: for those who may, while it is open. */
export function DeadLetterActions({ letter }: { letter: DeadLetterDetail }) {
  const may = useMay();
  const client = useQueryClient();
  const intent = useIntent();
  const [open, setOpen] = useState<'edit' | 'dismiss' | null>(null);
  const refresh = () => {
    void client.invalidateQueries({ queryKey: deadLettersKey });
    void client.invalidateQueries({ queryKey: consoleOverviewKey });
  };
  const redrive = useMutation({
    mutationFn: (payload: unknown) => intent({ payload }, (key) => redriveOne(letter.id, payload, key)),
    onSuccess: () => {
      setOpen(null);
      refresh();
    },
  });
  if (redrive.data) {
    return (
      <Notice
        tone="ok"
        title={`${counted(redrive.data.redriven, letter.kind === 'job' ? 'job' : 'event')} set going`}
        live
      >
        It is tried in a moment. If it fails again it comes back as open.
      </Notice>
    );
  }
  if (!may('dead-letters:manage') || letter.status !== 'open') return null;
  return (
    <div className={classes.do}>
      <div className={classes.buttons}>
        <Button loading={redrive.isPending && open === null} onClick={() => redrive.mutate(undefined)}>
          Redrive
        </Button>
        {letter.kind === 'job' ? (
          <Button
            variant="default"
            onClick={() => setOpen(open === 'edit' ? null : 'edit')}
            aria-expanded={open === 'edit'}
          >
            Edit and redrive
          </Button>
        ) : null}
        <Button variant="default" onClick={() => setOpen('dismiss')}>
          Dismiss
        </Button>
      </div>
      {redrive.isError && open === null ? (
        <Notice tone="bad" title="It was not redriven">
          {messageOf(redrive.error)}
        </Notice>
      ) : null}
      {open === 'edit' ? (
        <EditPayload
          payload={letter.payload}
          pending={redrive.isPending}
          error={redrive.error}
          onRedrive={(payload) => redrive.mutate(payload)}
          onCancel={() => setOpen(null)}
        />
      ) : null}
      {open === 'dismiss' ? (
        <ReasonDialog
          title="Dismiss this dead letter"
          confirm="Dismiss"
          danger
          work={(reason) => intent({ reason }, (key) => dismissOne(letter.id, reason, key))}
          onDone={refresh}
          onClose={() => setOpen(null)}
        >
          It will not be done. {letter.key ? 'What waits behind it goes on, in order.' : ''}
        </ReasonDialog>
      ) : null}
    </div>
  );
}
