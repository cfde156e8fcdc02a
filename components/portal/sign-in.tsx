'use client';

import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { signIn } from '../api/auth.ts';
import { isStatus, isUnanswered } from '../api/problem.ts';
import * as rules from '../forms/field-rules.ts';
import { safePath } from '../forms/safe-path.ts';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Failure } from '../page/failure.tsx';
import { Notice } from '../page/notice.tsx';
import stack from '../page/stack.module.css';
import { wordsOf } from '../values/format.ts';
import { RelativeTime } from '../values/relative-time.tsx';
import classes from './narrow.module.css';
import { Task } from './task.tsx';

/** The sign-in page. After it, a full load of where the person wanted to go. */
export function SignIn({ end, demo }: { end: SessionEnd | null; demo: DemoSignIns | null }) {
  const params = useSearchParams();
  const { form, submit } = useValidatedForm({
    initialValues: { email: params.get('email') ?? '', password: '' },
    validate: { email: rules.email, password: rules.required('Enter your password') },
  });
  const enter = useMutation({
    mutationFn: (values: { email: string; password: string }) => signIn(values.email.trim(), values.password),
    onSuccess: () => window.location.assign(safePath(params.get('callbackUrl'))),
    onError: (error) => {
      if (!isUnanswered(error)) form.setFieldValue('password', '');
    },
  });
  return (
    <Task
      title="Sign in"
      lead="Your membership in one place."
      below={
        <>
          Not a member yet? <Link href="/join">Join</Link>
          {demo ? (
            <DemoPeople demo={demo} onChoose={(email) => form.setValues({ email, password: demo.password })} />
          ) : null}
        </>
      }
    >
      <form noValidate onSubmit={submit((values) => enter.mutate(values))} aria-label="Sign in">
        <div className={stack.fields}>
          {enter.isError ? null : <Reason end={end} ended={params.has('ended')} signedOut={params.has('signedOut')} />}
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

/** The people whom only a demo has, and their password. */
interface DemoSignIns {
  password: string;
  people: { email: string; about: string }[];
}

function DemoPeople({ demo, onChoose }: { demo: DemoSignIns; onChoose: (email: string) => void }) {
  return (
    <section className={classes.demo} aria-labelledby="demo-people">
      <h2 id="demo-people" className={classes.demoTitle}>
        This is a demo: sign in as
      </h2>
      <ul className={classes.people}>
        {demo.people.map(({ email, about }) => (
          <li key={email}>
            <Button variant="default" size="xs" onClick={() => onChoose(email)}>
              {wordsOf(about)}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** How the session ended that this browser was signed in with. */
interface SessionEnd {
  reason: string;
  /** RFC 3339 */
  at: string;
}

/** What the person reads of it. Any other end is just one. */
const endings: Record<string, { title: string; what: string; next: string }> = {
  'ended-by-user': {
    title: 'You were signed out on this device',
    what: 'This session was ended from another device',
    next: 'If that was not you, set a new password.',
  },
  'password-reset': {
    title: 'Your password was set anew',
    what: 'Every device was signed out',
    next: 'Sign in with the new password.',
  },
  'password-changed': {
    title: 'Your password was changed',
    what: 'The other devices were signed out, this one too,',
    next: 'Sign in with the new password.',
  },
  disabled: {
    title: 'This account was closed',
    what: 'It was closed',
    next: 'Write to us if you did not expect that.',
  },
};

function Reason({ end, ended, signedOut }: { end: SessionEnd | null; ended: boolean; signedOut: boolean }) {
  const ending = end && !signedOut ? endings[end.reason] : undefined;
  if (end && ending)
    return (
      <Notice tone="info" title={ending.title}>
        {ending.what} <RelativeTime at={end.at} />. {ending.next}
      </Notice>
    );
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
  return <Failure title="You are not signed in" error={error} />;
}
