'use client';

import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import classes from './confirm-by-typing.module.css';

const plain = (text: string) => text.trim().replaceAll(',', '').toLowerCase();

/** For what cannot be taken back: the person types what the words say (a count, a number) before the button works. */
export function ConfirmByTyping({
  expected,
  what,
  confirm,
  pending = false,
  onConfirm,
  children,
}: {
  /** What must be typed. Thousands separators and case do not matter. */
  expected: string;
  /** What the expected text is: "the number of events". */
  what: string;
  confirm: string;
  pending?: boolean;
  onConfirm: () => void;
  children?: ReactNode;
}) {
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const matches = plain(typed) === plain(expected);
  return (
    <form
      className={classes.form}
      aria-label={confirm}
      onSubmit={(event) => {
        event.preventDefault();
        if (matches) onConfirm();
        else setWrong(true);
      }}
    >
      {children}
      <TextInput
        label={`Type ${expected} to confirm`}
        description={`It is ${what}.`}
        autoComplete="off"
        value={typed}
        error={wrong && !matches ? `That is not ${what}` : null}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setWrong(false);
        }}
      />
      <Button type="submit" color="red" loading={pending}>
        {confirm}
      </Button>
    </form>
  );
}
