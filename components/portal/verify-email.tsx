'use client';

import { Button, TextInput } from '@mantine/core';
import { IconCircleCheck, IconMail, IconMailOff } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { useIntent } from '../api/intent.ts';
import { resendVerification, verifyEmail } from '../api/members.ts';
import { isStatus, messageOf } from '../api/problem.ts';
import * as rules from '../forms/field-rules.ts';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Notice } from '../page/notice.tsx';
import stack from '../page/stack.module.css';
import { CheckYourMail } from './check-your-mail.tsx';
import { Task } from './task.tsx';

/** Where the link in the mail leads. Confirms on a click: programs that open the links of a mail must not use it up. */
export function VerifyEmail({ signedIn }: { signedIn: boolean }) {
  const token = useSearchParams().get('token') ?? '';
  const intent = useIntent();
  const verify = useMutation({ mutationFn: () => intent({ token }, (key) => verifyEmail(token, key)) });

  if (verify.isSuccess) {
    const { choosePasswordToken } = verify.data;
    return (
      <div role="status">
        <Task
          title="Your e-mail address is confirmed"
          mark={<IconCircleCheck size={24} stroke={1.75} />}
          lead="Thank you. Your membership is ready for you."
        >
          {choosePasswordToken ? (
            <Button component={Link} href={`/reset-password?token=${choosePasswordToken}`} fullWidth>
              Choose your password
            </Button>
          ) : (
            <Button component={Link} href={signedIn ? '/' : '/signin'} fullWidth>
              {signedIn ? 'Go to your membership' : 'Sign in'}
            </Button>
          )}
        </Task>
      </div>
    );
  }
  if (token !== '' && !verify.isError) {
    return (
      <Task
        title="Confirm your e-mail address"
        mark={<IconMail size={24} stroke={1.75} />}
        lead="One click, and it is yours to sign in with."
      >
        <Button ref={focusOnce} fullWidth loading={verify.isPending} onClick={() => verify.mutate()}>
          Confirm my address
        </Button>
      </Task>
    );
  }
  if (verify.isError && !isStatus(verify.error, 400, 404, 422)) {
    return (
      <Task title="Your address is not confirmed yet" mark={<IconMailOff size={24} stroke={1.75} />} tone="bad">
        <div className={stack.fields}>
          <Notice tone="bad">{messageOf(verify.error)}</Notice>
          <Button onClick={() => verify.mutate()}>Try again</Button>
        </div>
      </Task>
    );
  }
  return <AskForAnother hadToken={token !== ''} />;
}

/** The one thing to do here: Enter does it. */
const focusOnce = (button: HTMLButtonElement | null) => button?.focus();

function AskForAnother({ hadToken }: { hadToken: boolean }) {
  const intent = useIntent();
  const [sentTo, setSentTo] = useState<string | null>(null);
  const { form, submit } = useValidatedForm({ initialValues: { email: '' }, validate: { email: rules.email } });
  const resend = useMutation({
    mutationFn: (email: string) => intent({ email }, (key) => resendVerification(email, key)),
    onSuccess: (_, email) => setSentTo(email),
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
          {resend.isError ? <Notice tone="bad">{messageOf(resend.error)}</Notice> : null}
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
