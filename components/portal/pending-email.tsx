'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useIntent } from '../api/intent.ts';
import { memberKeys, resendVerification, withdrawNewEmail } from '../api/members.ts';
import { messageOf } from '../api/problem.ts';
import { Notice } from '../page/notice.tsx';
import { SaveNote } from '../page/save-note.tsx';
import stack from '../page/stack.module.css';

/** A new address that waits for its owner to follow the link there. */
export function PendingEmail({ email, current }: { email: string; current: string }) {
  const client = useQueryClient();
  const intent = useIntent();
  const resend = useMutation({ mutationFn: () => intent({ email }, (key) => resendVerification(email, key)) });
  const withdraw = useMutation({
    mutationFn: withdrawNewEmail,
    onSuccess: () => client.invalidateQueries({ queryKey: memberKeys.one('me'), exact: true }),
  });
  const error = resend.error ?? withdraw.error;
  return (
    <Notice
      live
      tone={error ? 'bad' : 'warn'}
      title={`${email} waits to be confirmed`}
      action={
        <div className={stack.actions}>
          <Button size="xs" variant="default" loading={resend.isPending} onClick={() => resend.mutate()}>
            Send the mail again
          </Button>
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            loading={withdraw.isPending}
            onClick={() => withdraw.mutate(undefined)}
          >
            Keep the old address
          </Button>
          <SaveNote text={resend.isSuccess ? 'Sent' : null} />
        </div>
      }
    >
      {error
        ? messageOf(error)
        : `Open the link in the mail that we sent there. Until then you sign in with ${current}, and our mail goes there.`}
    </Notice>
  );
}
