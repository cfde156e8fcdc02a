'use client';

import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import * as rules from '../forms/field-rules.ts';
import { TextArea } from '../forms/text-area.tsx';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Dialog } from '../page/dialog.tsx';
import { DialogFoot } from '../page/dialog-foot.tsx';
import stack from '../page/stack.module.css';

/** Asks why, then does it. `work` gets the reason; a failure stays in the dialog with what was typed. */
export function ReasonDialog({
  title,
  children,
  confirm,
  danger = false,
  work,
  onDone,
  onClose,
}: {
  title: string;
  /** What will happen. */
  children?: ReactNode;
  /** The button's words: "Suspend M-004211". */
  confirm: string;
  danger?: boolean;
  work: (reason: string) => Promise<unknown>;
  onDone?: () => void;
  onClose: () => void;
}) {
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { reason: '' },
    validate: { reason: rules.required('Give a reason') },
  });
  const action = useMutation({
    mutationFn: work,
    onSuccess: () => {
      onDone?.();
      onClose();
    },
    onError: (error) => void showErrorsOf(error),
  });
  return (
    <Dialog onClose={onClose} title={title}>
      <form noValidate aria-label={title} onSubmit={submit(({ reason }) => action.mutate(reason.trim()))}>
        <div className={stack.fields}>
          {children ? <div className={stack.dim}>{children}</div> : null}
          <TextArea
            label="Reason"
            description="Kept in the audit trail."
            rows={3}
            maxLength={500}
            data-autofocus
            {...form.getInputProps('reason')}
          />
        </div>
        <DialogFoot
          confirm={confirm}
          danger={danger}
          pending={action.isPending}
          error={Object.keys(form.errors).length === 0 ? action.error : null}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
