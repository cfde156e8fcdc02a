'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { useIntent } from '../api/intent.ts';
import { askForHelp, helpRequestsQuery, memberQuery } from '../api/members.ts';
import type { HelpInput, HelpTopic } from '../api/shapes.ts';
import * as rules from '../forms/field-rules.ts';
import { Select } from '../forms/select.tsx';
import { TextArea } from '../forms/text-area.tsx';
import { UnsavedGuard } from '../forms/unsaved-guard.tsx';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Card } from '../page/card.tsx';
import { Failure } from '../page/failure.tsx';
import { Notice } from '../page/notice.tsx';
import { PageHeader } from '../page/page-header.tsx';
import stack from '../page/stack.module.css';
import classes from './help.module.css';
import { HelpQuestions } from './help-questions.tsx';
import { helpTopics } from './help-topics.ts';

const topics = [{ value: '', label: 'Choose a topic' }, ...helpTopics];

const answers = [
  [
    'How do I change my name or address?',
    'In your profile. The change reaches all our systems within moments, and you see it under Recently on your home page.',
  ],
  [
    'How do I change the e-mail address that I sign in with?',
    'In your profile as well. We send a link to the new address. Once you have opened it you sign in with the new address, and our mail goes there; until then the old one counts.',
  ],
  [
    'A device is listed that I do not know. What now?',
    'Sign it out under Security, then change your password there. Ending a session works at once.',
  ],
  ['What do you know about me?', 'Everything that we hold is in one file, under Security: Download my data.'],
] as const;

/** Answers, and a way to a person. */
export function Help() {
  const params = useSearchParams();
  const wanted = params.get('topic');
  const member = useQuery(memberQuery());
  const client = useQueryClient();
  const intent = useIntent();
  const sentNote = useRef<HTMLDivElement>(null);
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { topic: topics.some(({ value }) => value === wanted) ? (wanted ?? '') : '', message: '' },
    validate: { topic: rules.required('Choose a topic'), message: rules.required('Write what it is about') },
  });
  const ask = useMutation({
    mutationFn: (input: HelpInput) => intent(input, (key) => askForHelp(input, key)),
    onSuccess: () => {
      form.reset();
      void client.invalidateQueries({ queryKey: helpRequestsQuery().queryKey });
    },
    onError: (error) => void showErrorsOf(error),
  });
  useEffect(() => {
    if (ask.isSuccess) sentNote.current?.focus();
  }, [ask.isSuccess]);
  return (
    <>
      <PageHeader title="Help" lead="Find an answer, or write to us." />
      <div className={stack.stack}>
        <Card id="answers" title="Often asked">
          <div className={classes.answers}>
            {answers.map(([question, answer]) => (
              <details key={question} className={classes.answer}>
                <summary>{question}</summary>
                <p>{answer}</p>
              </details>
            ))}
          </div>
        </Card>
        <Card id="write" title="Write to us">
          {ask.isSuccess ? (
            <div ref={sentNote} tabIndex={-1}>
              <Notice
                tone="ok"
                live
                title="We have your message"
                action={
                  <Button size="xs" variant="default" onClick={() => ask.reset()}>
                    Write another
                  </Button>
                }
              >
                {member.data?.verifiedAt
                  ? `We answer on this page and by mail to ${member.data.email}`
                  : 'We answer on this page'}
                , on working days within two days.
              </Notice>
            </div>
          ) : (
            <form
              noValidate
              aria-label="Write to us"
              // The list offers no other topic, and none is refused before.
              onSubmit={submit(({ topic, message }) =>
                ask.mutate({ topic: topic as HelpTopic, message: message.trim() }),
              )}
            >
              <div className={stack.fields}>
                {ask.isError && Object.keys(form.errors).length === 0 ? (
                  <Failure title="Your message was not sent" error={ask.error} />
                ) : null}
                <Select label="Topic" data={topics} {...form.getInputProps('topic')} />
                <TextArea
                  label="Message"
                  description="Please do not write passwords or card numbers."
                  rows={6}
                  maxLength={4000}
                  {...form.getInputProps('message')}
                />
                <div className={stack.actions}>
                  <Button type="submit" loading={ask.isPending}>
                    Send the message
                  </Button>
                </div>
              </div>
            </form>
          )}
        </Card>
        <HelpQuestions />
      </div>
      <UnsavedGuard dirty={form.values.message.trim() !== '' && !ask.isPending} />
    </>
  );
}
