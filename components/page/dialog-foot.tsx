'use client';

import { Button } from '@mantine/core';
import { messageOf } from '../api/problem.ts';
import classes from './dialog.module.css';
import { Notice } from './notice.tsx';
import stack from './stack.module.css';

/** How a dialog ends: what went wrong with all of it, the way out, the button that says what happens. */
export function DialogFoot({
  confirm,
  onConfirm,
  pending = false,
  disabled = false,
  danger = false,
  failure = 'Not done',
  error = null,
  cancel = 'Cancel',
  onCancel,
  focus,
}: {
  /** null when there is nothing left to do. */
  confirm: string | null;
  /** Unless the button submits the form around it. */
  onConfirm?: () => void;
  pending?: boolean;
  disabled?: boolean;
  danger?: boolean;
  /** What was not done, such as `Nothing was given back`. */
  failure?: string;
  /** Why; null when nothing went wrong, or a field says it. */
  error?: unknown;
  cancel?: string;
  /** null while there is no way out. */
  onCancel: (() => void) | null;
  /** Where the focus starts, in a dialog that asks for nothing. */
  focus?: 'confirm' | 'cancel';
}) {
  const startsAt = (button: 'confirm' | 'cancel') => (focus === button ? { 'data-autofocus': true } : {});
  return (
    <>
      {error ? (
        <div className={classes.failure}>
          <Notice tone="bad" title={failure}>
            {messageOf(error)}
          </Notice>
        </div>
      ) : null}
      <div className={`${stack.actions} ${stack.end}`}>
        <Button variant="default" disabled={onCancel === null} onClick={() => onCancel?.()} {...startsAt('cancel')}>
          {cancel}
        </Button>
        {confirm === null ? null : (
          <Button
            loading={pending}
            disabled={disabled}
            {...(onConfirm ? { onClick: onConfirm } : { type: 'submit' })}
            {...(danger ? { color: 'red' } : {})}
            {...startsAt('confirm')}
          >
            {confirm}
          </Button>
        )}
      </div>
    </>
  );
}
