'use client';

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { crashWorker } from '../../api/console/sagas.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import { Dialog } from '../../page/dialog.tsx';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';

/** Demo only: kills the worker while a saga is under way, and says what will be seen. */
export function CrashWorker({ onCrash }: { onCrash: (askedAt: string) => void }) {
  const [open, setOpen] = useState(false);
  const announce = useAnnounce();
  const intent = useIntent();
  const crash = useMutation({
    mutationFn: () => intent('crash', crashWorker),
    onSuccess: ({ askedAt }) => {
      announce('The worker was killed. It starts again by itself.');
      onCrash(askedAt);
      setOpen(false);
    },
  });
  return (
    <>
      <Button size="compact-sm" variant="default" color="red" onClick={() => setOpen(true)}>
        Crash the worker here
      </Button>
      {open ? (
        <Dialog title="Crash the worker here" onClose={() => setOpen(false)}>
          <div className={stack.fields}>
            <p className={stack.plain}>
              The worker process is killed at this moment, as in a power cut. Nothing that it does is finished or given
              back.
            </p>
            <p className={stack.plain}>
              The demo starts it again within seconds. What you will see: the step that was under way waits, then has
              one attempt more, with the same idempotency key; the saga goes on to its end; nothing is charged or
              shipped twice.
            </p>
            {crash.isError ? (
              <Notice tone="bad" title="It was not killed">
                {messageOf(crash.error)}
              </Notice>
            ) : null}
          </div>
          <div className={`${stack.actions} ${stack.end}`}>
            <Button variant="default" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button color="red" data-autofocus loading={crash.isPending} onClick={() => crash.mutate()}>
              Kill the worker
            </Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
