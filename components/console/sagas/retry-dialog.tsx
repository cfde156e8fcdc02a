'use client';

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { messageOf } from '../../api/problem.ts';
import { Dialog } from '../../page/dialog.tsx';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';

/** Asks once whether a step is to be tried again. */
export function RetryDialog({
  title,
  work,
  onClose,
}: {
  title: string;
  work: () => Promise<void>;
  onClose: () => void;
}) {
  const retry = useMutation({ mutationFn: work, onSuccess: onClose });
  return (
    <Dialog title={title} onClose={onClose}>
      <div className={stack.fields}>
        <p className={stack.plain}>
          It is tried at once, with the same idempotency key as before: what a partner has done already is not done
          twice.
        </p>
        {retry.isError ? (
          <Notice tone="bad" title="Not tried again">
            {messageOf(retry.error)}
          </Notice>
        ) : null}
      </div>
      <div className={`${stack.actions} ${stack.end}`}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button data-autofocus loading={retry.isPending} onClick={() => retry.mutate()}>
          {title}
        </Button>
      </div>
    </Dialog>
  );
}
