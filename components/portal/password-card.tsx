'use client';

import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useIntent } from '../api/intent.ts';
import { meQuery } from '../api/me.ts';
import { changePassword } from '../api/passwords.ts';
import { sessionKeys } from '../api/sessions.ts';
import * as rules from '../forms/field-rules.ts';
import { NewPasswordInput } from '../forms/new-password-input.tsx';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Card } from '../page/card.tsx';
import { Failure } from '../page/failure.tsx';
import { SaveNote } from '../page/save-note.tsx';
import stack from '../page/stack.module.css';

/** Changes the password of the person who is signed in. */
export function PasswordCard() {
  const client = useQueryClient();
  const intent = useIntent();
  const { data: me } = useQuery(meQuery());
  const [changed, setChanged] = useState(false);
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { current: '', next: '' },
    validate: {
      current: rules.required('Enter your current password'),
      next: (value, values) =>
        rules.newPassword(value) ??
        (value === values.current ? 'Choose one that differs from the current password' : null),
    },
    onValuesChange: () => setChanged(false),
  });
  const change = useMutation({
    mutationFn: (input: { current: string; next: string }) => intent(input, (key) => changePassword(input, key)),
    onSuccess: () => {
      form.reset();
      setChanged(true);
      void client.invalidateQueries({ queryKey: sessionKeys.list });
    },
    onError: (error) => void showErrorsOf(error),
  });
  return (
    <Card id="password" title="Password">
      <form noValidate aria-label="Change password" onSubmit={submit((values) => change.mutate(values))}>
        <div className={stack.fields}>
          {change.isError && Object.keys(form.errors).length === 0 ? (
            <Failure title="Your password has not changed" error={change.error} />
          ) : null}
          <input type="hidden" name="username" autoComplete="username" value={me?.email ?? ''} />
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the current password', tabIndex: 0 }}
            {...form.getInputProps('current')}
          />
          <NewPasswordInput known={me ? me.name.split(' ') : []} {...form.getInputProps('next')} label="New password" />
          <div className={stack.actions}>
            <Button type="submit" loading={change.isPending}>
              Change password
            </Button>
            <SaveNote text={changed ? 'Password changed' : null} />
          </div>
        </div>
      </form>
    </Card>
  );
}
