'use client';

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { replyToHelp } from '../../api/console/help.ts';
import type { HelpRequest } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import * as rules from '../../forms/field-rules.ts';
import { TextArea } from '../../forms/text-area.tsx';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';

/** Answers of this visit that were begun and not sent, by request: the drawer closes on Escape. */
const drafts = new Map<string, string>();

/** Writes back to who asked, and says first where it goes. */
export function ReplyForm({
  request,
  onSent,
  onClose,
}: {
  request: HelpRequest;
  onSent: (closed: boolean) => void;
  /** The person wants to close it without an answer from here. */
  onClose: () => void;
}) {
  const intent = useIntent();
  // Which of the two buttons it is: read when the form is submitted, right after the click.
  const closes = useRef(true);
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { text: drafts.get(request.id) ?? '' },
    validate: { text: rules.required('Write an answer first') },
    validateInputOnBlur: false,
    onValuesChange: ({ text }) => void drafts.set(request.id, text),
  });
  const reply = useMutation({
    mutationFn: (input: { text: string; close: boolean }) =>
      intent(input, (key) => replyToHelp(request.id, input, key)),
    onSuccess: (_answer, input) => {
      form.setValues({ text: '' });
      onSent(input.close);
    },
    onError: (error) => void showErrorsOf(error),
  });
  return (
    <form
      noValidate
      aria-label="Answer the request"
      onSubmit={submit(({ text }) => reply.mutate({ text: text.trim(), close: closes.current }))}
      className={stack.fields}
    >
      <TextArea
        label="Answer"
        description={
          request.mailTo
            ? `Goes by mail to ${request.mailTo}, and stands on their help page. The mail greets them by name; sign it yourself.`
            : 'They have not confirmed an e-mail address: the answer stands on their help page only.'
        }
        rows={5}
        maxLength={4000}
        {...form.getInputProps('text')}
      />
      {reply.isError && Object.keys(form.errors).length === 0 ? (
        <Notice tone="bad" title="Nothing was sent">
          {messageOf(reply.error)}
        </Notice>
      ) : null}
      <div className={stack.actions}>
        <Button
          type="submit"
          loading={reply.isPending && reply.variables.close}
          disabled={reply.isPending}
          onClick={() => {
            closes.current = true;
          }}
        >
          Send and close
        </Button>
        <Button
          type="submit"
          variant="default"
          loading={reply.isPending && !reply.variables.close}
          disabled={reply.isPending}
          onClick={() => {
            closes.current = false;
          }}
        >
          Send, keep open
        </Button>
        <Button variant="subtle" color="gray" disabled={reply.isPending} onClick={onClose}>
          Close without an answer
        </Button>
      </div>
    </form>
  );
}
