'use client';

import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { signIn } from '../api/auth.ts';
import { isStatus, messageOf } from '../api/problem.ts';
import * as rules from '../forms/field-rules.ts';
import { safePath } from '../forms/safe-path.ts';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Notice } from '../page/notice.tsx';
import stack from '../page/stack.module.css';
import classes from './narrow.module.css';
import { Task } from './task.tsx';

/** The sign-in page. After it, a full load of where the person wanted to go. */
export function SignIn() {
  const params = useSearchParams();
  const { form, submit } = useValidatedForm({
    initialValues: { email: params.get('email') ?? '', password: '' },
    validate: { email: rules.email, password: rules.required('Enter your password') },
  });
  const enter = useMutation({
    mutationFn: (values: { email: string; password: string }) => signIn(values.email.trim(), values.password),
    onSuccess: () => window.location.assign(safePath(params.get('callbackUrl'))),
    onError: () => form.setFieldValue('password', ''),
  });
  return (
    <Task
      title="Sign in"
      lead="Your membership in one place."
      below={
        <>
          Not a member yet? <Link href="/join">Join</Link>
        </>
      }
    >
      <form noValidate onSubmit={submit((values) => enter.mutate(values))} aria-label="Sign in">
        <div className={stack.fields}>
          <Reason ended={params.has('ended')} signedOut={params.has('signedOut')} failed={enter.isError} />
          {enter.isError ? <Refusal error={enter.error} /> : null}
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            inputMode="email"
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
            {...form.getInputProps('password')}
          />
          <div className={classes.between}>
            <Link href="/forgot-password">Forgot your password?</Link>
          </div>
          <Button type="submit" fullWidth loading={enter.isPending || enter.isSuccess}>
            Sign in
          </Button>
        </div>
      </form>
    </Task>
  );
}

function Reason({ ended, signedOut, failed }: { ended: boolean; signedOut: boolean; failed: boolean }) {
  if (failed) return null;
  if (ended) return <Notice tone="info">Your session has ended. Sign in to go on where you were.</Notice>;
  if (signedOut) return <Notice tone="ok">You are signed out.</Notice>;
  return null;
}

function Refusal({ error }: { error: Error }) {
  if (isStatus(error, 401)) {
    return (
      <Notice tone="bad" title="E-mail or password is not right">
        Check both and try again. After several wrong tries the account is locked for a while, and we write to you.
      </Notice>
    );
  }
  return (
    <Notice tone="bad" title="You are not signed in">
      {messageOf(error)}
    </Notice>
  );
}
