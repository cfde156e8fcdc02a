'use client';

import { Button, PasswordInput, TextInput, UnstyledButton } from '@mantine/core';
import { IconCircleCheck, IconMail, IconMailOff } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { signIn } from '../api/auth.ts';
import { useIntent } from '../api/intent.ts';
import { resendVerification, type VerifyInput, verifyEmail } from '../api/members.ts';
import { isStatus } from '../api/problem.ts';
import * as rules from '../forms/field-rules.ts';
import { NewPasswordInput } from '../forms/new-password-input.tsx';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Failure } from '../page/failure.tsx';
import stack from '../page/stack.module.css';
import { CheckYourMail } from './check-your-mail.tsx';
import { useMailedTo } from './mailed-to.ts';
import classes from './narrow.module.css';
import { Task } from './task.tsx';

interface Question {
  email: string;
  needs: 'nothing' | 'password' | 'sign-in';
}

/**
 * Where the link in the mail leads. Confirms on a click: programs that open the links of a mail must not use it up. The
 * first time it also asks for the password that was chosen when joining: the link proves whose the address is, and not
 * that it was its owner who joined.
 */
export function VerifyEmail({
  token,
  question,
  signedIn,
}: {
  token: string | null;
  question: Question | null;
  signedIn: boolean;
}) {
  const intent = useIntent();
  const verify = useMutation({
    mutationFn: async (input: VerifyInput) => {
      const verified = await intent(input, (key) => verifyEmail(input, key));
      return { ...verified, signedIn: signedIn || (await entered(question?.email ?? '', input)) };
    },
  });
  if (verify.isSuccess) return <Confirmed {...verify.data} />;
  if (!token || !question) return <AskForAnother hadToken={token !== null} />;
  if (question.needs === 'sign-in') return <SignInFirst token={token} email={question.email} />;
  const props = {
    email: question.email,
    verify: (input: Omit<VerifyInput, 'token'>) => verify.mutate({ ...input, token }),
  };
  const { error } = verify;
  if (error && isStatus(error, 400, 404, 422) && error.errors.length === 0) return <AskForAnother hadToken />;
  return question.needs === 'password' ? (
    <WithPassword {...props} busy={verify.isPending} error={error} />
  ) : (
    <WithClick {...props} busy={verify.isPending} error={error} />
  );
}

/** Whoever has just typed the right password need not type it again. A failure only means that they will. */
async function entered(email: string, { password, newPassword }: VerifyInput): Promise<boolean> {
  const typed = newPassword ?? password;
  if (typed === undefined) return false;
  try {
    await signIn(email, typed);
    return true;
  } catch {
    return false;
  }
}

interface StepProps {
  email: string;
  verify: (input: Omit<VerifyInput, 'token'>) => void;
  busy: boolean;
  error: Error | null;
}

const NotYet = ({ error }: { error: Error }) => <Failure title="Your address is not confirmed yet" error={error} />;

function WithClick({ email, verify, busy, error }: StepProps) {
  return (
    <Task
      title="Confirm your e-mail address"
      mark={<IconMail size={24} stroke={1.75} />}
      lead={
        <>
          One click, and <strong>{email}</strong> is yours to sign in with. If you did not ask for that, close this
          page.
        </>
      }
    >
      <div className={stack.fields}>
        {error ? <NotYet error={error} /> : null}
        <Button ref={focusOnce} fullWidth loading={busy} onClick={() => verify({})}>
          Confirm my address
        </Button>
      </div>
    </Task>
  );
}

function WithPassword({ email, verify, busy, error }: StepProps) {
  const [fresh, setFresh] = useState(false);
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { password: '', newPassword: '' },
    // A message that goes when the field is left moves what is below it from under the pointer.
    validateInputOnBlur: false,
    validate: fresh
      ? { newPassword: rules.newPassword }
      : { password: rules.required('Enter the password that you chose when you joined') },
  });
  // The answer belongs at the field; the mutation lives above.
  const shown = useRef<Error | null>(null);
  useEffect(() => {
    if (error && shown.current !== error) showErrorsOf(error);
    shown.current = error;
  });
  const atField = isStatus(error, 400, 422);
  return (
    <Task
      title="Confirm your e-mail address"
      mark={<IconMail size={24} stroke={1.75} />}
      lead={
        fresh ? (
          <>
            Choose a new password for <strong>{email}</strong>. The one that was chosen when joining stops working, and
            every device that is signed in is signed out.
          </>
        ) : (
          <>
            Enter the password that you chose when you joined as <strong>{email}</strong>.
          </>
        )
      }
      below={
        <UnstyledButton className={classes.link} onClick={() => setFresh(!fresh)}>
          {fresh ? 'I know the password' : 'I forgot it, or it was not me who joined'}
        </UnstyledButton>
      }
    >
      <form
        noValidate
        aria-label="Confirm your e-mail address"
        onSubmit={submit(({ password, newPassword }) => verify(fresh ? { newPassword } : { password }))}
      >
        <div className={stack.fields}>
          {error && !atField ? <NotYet error={error} /> : null}
          <input type="hidden" name="username" autoComplete="username" value={email} />
          {fresh ? (
            <NewPasswordInput
              {...form.getInputProps('newPassword')}
              label="New password"
              known={[email.split('@')[0] ?? '']}
            />
          ) : (
            <PasswordInput
              label="Password"
              autoComplete="current-password"
              visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
              {...form.getInputProps('password')}
            />
          )}
          <Button type="submit" fullWidth loading={busy}>
            Confirm my address
          </Button>
        </div>
      </form>
    </Task>
  );
}

/** Joining goes on with paying for the plan that was chosen. */
const toPay = '/checkout?plan=mine';

function Confirmed({
  status,
  choosePasswordToken,
  passwordReplaced,
  signedIn,
}: {
  status: string;
  choosePasswordToken: string | null;
  passwordReplaced: boolean;
  signedIn: boolean;
}) {
  const joining = status === 'pending';
  return (
    <div role="status">
      <Task
        title="Your e-mail address is confirmed"
        mark={<IconCircleCheck size={24} stroke={1.75} />}
        lead={
          passwordReplaced
            ? 'Your new password is set, and every other device is signed out. If it was not you who joined, somebody used your address: look at the profile, correct what is not yours, or ask us for help.'
            : joining
              ? 'Thank you. Your membership begins as soon as it is paid.'
              : 'Thank you. Your membership is ready for you.'
        }
      >
        {choosePasswordToken ? (
          <Button component={Link} href={`/reset-password?token=${choosePasswordToken}`} fullWidth>
            Choose your password
          </Button>
        ) : (
          // Whole loads: what was fetched before is of somebody who was not signed in.
          <div className={stack.fields}>
            {joining ? (
              <Button
                component="a"
                href={signedIn ? toPay : `/signin?callbackUrl=${encodeURIComponent(toPay)}`}
                fullWidth
              >
                {signedIn ? 'Go on and pay' : 'Sign in and pay'}
              </Button>
            ) : null}
            <Button component="a" href={signedIn ? '/' : '/signin'} fullWidth variant={joining ? 'default' : 'filled'}>
              {signedIn ? 'Go to your membership' : 'Sign in'}
            </Button>
          </div>
        )}
      </Task>
    </div>
  );
}

function SignInFirst({ token, email }: { token: string; email: string }) {
  const callbackUrl = `/verify-email?token=${encodeURIComponent(token)}`;
  return (
    <Task
      title="Sign in to confirm your new address"
      mark={<IconMail size={24} stroke={1.75} />}
      lead={
        <>
          The password was changed after <strong>{email}</strong> was asked for. Sign in with the address that you had
          before, and you come back here.
        </>
      }
    >
      <Button component={Link} href={{ pathname: '/signin', query: { callbackUrl } }} fullWidth>
        Sign in
      </Button>
    </Task>
  );
}

/** The one thing to do here: Enter does it. */
const focusOnce = (button: HTMLButtonElement | null) => button?.focus();

function AskForAnother({ hadToken }: { hadToken: boolean }) {
  const intent = useIntent();
  const [sentTo, remember] = useMailedTo();
  const { form, submit } = useValidatedForm({ initialValues: { email: '' }, validate: { email: rules.email } });
  const resend = useMutation({
    mutationFn: (email: string) => intent({ email }, (key) => resendVerification(email, key)),
    onSuccess: (_, email) => remember(email),
  });
  if (sentTo) return <CheckYourMail email={sentTo} />;
  return (
    <Task
      title={hadToken ? 'This link does not work any more' : 'Confirm your e-mail address'}
      {...(hadToken ? { tone: 'bad' as const } : {})}
      mark={hadToken ? <IconMailOff size={24} stroke={1.75} /> : <IconMail size={24} stroke={1.75} />}
      lead={
        hadToken
          ? 'It is too old, or it was used before. If you have confirmed your address already, just sign in.'
          : 'Open the link in the mail that we sent you. If you cannot find it, ask for another.'
      }
      below={<Link href="/signin">Go to sign-in</Link>}
    >
      <form noValidate onSubmit={submit(({ email }) => resend.mutate(email.trim()))} aria-label="Ask for another mail">
        <div className={stack.fields}>
          {resend.isError ? <Failure error={resend.error} /> : null}
          <TextInput
            label="E-mail"
            type="email"
            inputMode="email"
            autoComplete="email"
            {...form.getInputProps('email')}
          />
          <Button type="submit" loading={resend.isPending}>
            Send me another mail
          </Button>
        </div>
      </form>
    </Task>
  );
}
