'use client';

import { Button } from '@mantine/core';
import { IconMail } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useEffect, useRef } from 'react';
import { useIntent } from '../api/intent.ts';
import { resendVerification } from '../api/members.ts';
import { Failure } from '../page/failure.tsx';
import { SaveNote } from '../page/save-note.tsx';
import stack from '../page/stack.module.css';
import { Task } from './task.tsx';

/** After joining: where the mail went, and another one if it did not come. */
export function CheckYourMail({ email, joined = false }: { email: string; joined?: boolean }) {
  const intent = useIntent();
  const resend = useMutation({ mutationFn: () => intent({ email }, (key) => resendVerification(email, key)) });
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The form is gone: the focus would fall back to the top of the page without a word.
    box.current?.querySelector<HTMLElement>('h1')?.focus();
    window.scrollTo({ top: 0 });
  }, []);
  return (
    <div ref={box}>
      <Task
        title="Check your mail"
        mark={<IconMail size={24} stroke={1.75} />}
        lead={
          <>
            {joined ? 'Welcome. ' : ''}We have written to <strong>{email}</strong>. Open the link in that mail to
            confirm that the address is yours{joined ? ', and have the password at hand that you just chose' : ''}.
          </>
        }
        below={<Link href="/signin">Go to sign-in</Link>}
      >
        <div className={stack.fields}>
          {resend.isError ? <Failure title="No new mail was sent" error={resend.error} /> : null}
          <p className={`${stack.plain} ${stack.dim} ${stack.small}`}>
            Nothing there after a few minutes? Look in the junk folder, or ask for another mail.
          </p>
          <div className={stack.actions}>
            <Button variant="default" onClick={() => resend.mutate()} loading={resend.isPending}>
              Send it again
            </Button>
            <SaveNote text={resend.isSuccess ? 'Sent' : null} />
          </div>
        </div>
      </Task>
    </div>
  );
}
