'use client';

import { useMutation } from '@tanstack/react-query';
import { Dialog } from '../../page/dialog.tsx';
import { DialogFoot } from '../../page/dialog-foot.tsx';
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
      <p className={stack.plain}>
        It is tried at once, with the same idempotency key as before: what a partner has done already is not done twice.
      </p>
      <DialogFoot
        confirm={title}
        onConfirm={() => retry.mutate()}
        pending={retry.isPending}
        failure="Not tried again"
        error={retry.error}
        onCancel={onClose}
        focus="confirm"
      />
    </Dialog>
  );
}
