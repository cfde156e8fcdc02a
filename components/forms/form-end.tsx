'use client';

import { Button } from '@mantine/core';
import { Failure } from '../page/failure.tsx';
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
      {error ? <Failure title={failure} error={error} /> : null}
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
