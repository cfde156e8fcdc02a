'use client';

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { crashWorker } from '../../api/console/sagas.ts';
import { useIntent } from '../../api/intent.ts';
import { Dialog } from '../../page/dialog.tsx';
import { DialogFoot } from '../../page/dialog-foot.tsx';
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
          </div>
          <DialogFoot
            confirm="Kill the worker"
            onConfirm={() => crash.mutate()}
            danger
            pending={crash.isPending}
            failure="It was not killed"
            error={crash.error}
            onCancel={() => setOpen(false)}
            focus="confirm"
          />
        </Dialog>
      ) : null}
    </>
  );
}
