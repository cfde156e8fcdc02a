'use client';

import { Button } from '@mantine/core';
import { messageOf } from '../api/problem.ts';
import { Notice } from '../page/notice.tsx';
import stack from '../page/stack.module.css';

/** How a form in a drawer ends: what went wrong with all of it, the button that says what happens, the way out. */
export function FormEnd({
  submit,
  pending,
  disabled = false,
  failure,
  error,
  cancel = 'Cancel',
  onCancel,
}: {
  submit: string;
  pending: boolean;
  disabled?: boolean;
  /** What was not done, such as `Nobody was added`. */
  failure: string;
  /** Why; null when nothing went wrong, or a field says it. */
  error: unknown;
  cancel?: string;
  onCancel: () => void;
}) {
  return (
    <>
      {error ? (
        <Notice tone="bad" title={failure}>
          {messageOf(error)}
        </Notice>
      ) : null}
      <div className={stack.actions}>
        <Button type="submit" loading={pending} disabled={disabled}>
          {submit}
        </Button>
        <Button variant="default" onClick={onCancel} disabled={pending}>
          {cancel}
        </Button>
      </div>
    </>
  );
}
