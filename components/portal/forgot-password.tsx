'use client';

import { Button, TextInput } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { useIntent } from '../api/intent.ts';
import { requestReset } from '../api/passwords.ts';
import * as rules from '../forms/field-rules.ts';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Failure } from '../page/failure.tsx';
import stack from '../page/stack.module.css';
import { Task } from './task.tsx';

/** Asks for the mail with the link. The answer is the same whether the address is known or not. */
export function ForgotPassword() {
  const params = useSearchParams();
  const intent = useIntent();
  const { form, submit } = useValidatedForm({
    initialValues: { email: params.get('email') ?? '' },
    validate: { email: rules.email },
  });
  const request = useMutation({
    mutationFn: (email: string) => intent({ email }, (key) => requestReset(email, key)),
  });
  if (request.isSuccess) {
    return (
      <div role="status">
        <Task
          title="Check your mail"
          mark={<IconMail size={24} stroke={1.75} />}
          lead={
            <>
              If <strong>{request.variables}</strong> belongs to an account, a mail with a link to choose a new password
              is on its way. The link works once, for a short time.
            </>
          }
          below={<Link href="/signin">Back to sign-in</Link>}
        >
          <Button variant="default" onClick={() => request.reset()}>
            Use another address
          </Button>
        </Task>
      </div>
    );
  }
  return (
    <Task
      title="Reset your password"
      lead="Tell us your e-mail address, and we send you a link to choose a new password."
      below={<Link href="/signin">Back to sign-in</Link>}
    >
      <form noValidate aria-label="Reset your password" onSubmit={submit(({ email }) => request.mutate(email.trim()))}>
        <div className={stack.fields}>
          {request.isError ? <Failure title="No mail was sent" error={request.error} /> : null}
          <TextInput
            label="E-mail"
            type="email"
            inputMode="email"
            autoComplete="username"
            {...form.getInputProps('email')}
          />
          <Button type="submit" loading={request.isPending}>
            Send the link
          </Button>
        </div>
      </form>
    </Task>
  );
}
