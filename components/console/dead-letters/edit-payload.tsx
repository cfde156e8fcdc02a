'use client';

import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { ApiError, messageOf } from '../../api/problem.ts';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';
import classes from './dead-letters.module.css';
import { parsePayload } from './parse-payload.ts';

/** Changes what a job carries before it is tried again. The server checks it against the queue's schema. */
export function EditPayload({
  payload,
  pending,
  error,
  onRedrive,
  onCancel,
}: {
  payload: Record<string, unknown>;
  pending: boolean;
  error: unknown;
  onRedrive: (payload: Record<string, unknown>) => void;
  onCancel: () => void;
}) {
  const [text, setText] = useState(() => JSON.stringify(payload, null, 2));
  const parsed = parsePayload(text);
  const changed = text !== JSON.stringify(payload, null, 2);
  return (
    <form
      noValidate
      aria-label="Edit and redrive"
      className={classes.edit}
      onSubmit={(event) => {
        event.preventDefault();
        if (parsed.payload) onRedrive(parsed.payload);
      }}
    >
      <Textarea
        label="Payload"
        description="Both versions are kept in the audit trail. Leave sealed values as they are."
        autosize
        minRows={6}
        maxRows={20}
        spellCheck={false}
        classNames={{ input: classes.code ?? '' }}
        value={text}
        error={parsed.problem}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {error ? (
        <Notice tone="bad" title="It was not redriven">
          {messageOf(error)}
          {error instanceof ApiError && error.errors.length > 0 ? (
            <ul>
              {error.errors.map(({ path, message }) => (
                <li key={path}>
                  <code>{path}</code> {message}
                </li>
              ))}
            </ul>
          ) : null}
        </Notice>
      ) : null}
      <div className={stack.actions}>
        <Button type="submit" loading={pending} disabled={parsed.payload === null || !changed}>
          Redrive as edited
        </Button>
        <Button variant="default" onClick={onCancel} disabled={pending}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
