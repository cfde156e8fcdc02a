'use client';

import { Button } from '@mantine/core';
import { IconCircleCheck, IconLinkOff } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { useIntent } from '../api/intent.ts';
import { resetPassword } from '../api/passwords.ts';
import { isStatus } from '../api/problem.ts';
import * as rules from '../forms/field-rules.ts';
import { NewPasswordInput } from '../forms/new-password-input.tsx';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Failure } from '../page/failure.tsx';
import stack from '../page/stack.module.css';
import { Task } from './task.tsx';

/** Where the link in the reset mail leads. */
export function ResetPassword() {
  const token = useSearchParams().get('token') ?? '';
  const intent = useIntent();
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { password: '' },
    validate: { password: rules.newPassword },
  });
  const reset = useMutation({
    mutationFn: (input: { token: string; password: string }) => intent(input, (key) => resetPassword(input, key)),
    onError: (error) => void showErrorsOf(error),
  });
  const fieldsAtFault = reset.isError && Object.keys(form.errors).length > 0;
  if (token === '' || (isStatus(reset.error, 400, 404, 409, 422) && !fieldsAtFault)) {
    return (
      <Task
        title="This link does not work any more"
        tone="bad"
        mark={<IconLinkOff size={24} stroke={1.75} />}
        lead="It is too old, or it was used before. Your password has not changed."
        below={<Link href="/signin">Back to sign-in</Link>}
      >
        <Button component={Link} href="/forgot-password" fullWidth>
          Ask for a new link
        </Button>
      </Task>
    );
  }
  if (reset.isSuccess) {
    return (
      <div role="status">
        <Task
          title="Your password is changed"
          mark={<IconCircleCheck size={24} stroke={1.75} />}
          lead="Sign in with the new one. All devices that were signed in have been signed out."
        >
          <Button component={Link} href="/signin" fullWidth>
            Sign in
          </Button>
        </Task>
      </div>
    );
  }
  return (
    <Task title="Choose a new password" below={<Link href="/signin">Back to sign-in</Link>}>
      <form
        noValidate
        aria-label="Choose a new password"
        onSubmit={submit(({ password }) => reset.mutate({ token, password }))}
      >
        <div className={stack.fields}>
          {reset.isError && !fieldsAtFault ? (
            <Failure title="Your password has not changed" error={reset.error} />
          ) : null}
          <NewPasswordInput {...form.getInputProps('password')} label="New password" />
          <Button type="submit" loading={reset.isPending}>
            Set the new password
          </Button>
        </div>
      </form>
    </Task>
  );
}
