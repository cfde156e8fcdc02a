'use client';

import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { accessKeys, addUser } from '../../api/console/access.ts';
import type { Role } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import * as rules from '../../forms/field-rules.ts';
import { FormEnd } from '../../forms/form-end.tsx';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { RoleChoice } from './role-choice.tsx';

/** Adds a colleague. They choose a password from the mail that they get. */
export function AddUser({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <DetailDrawer opened={opened} onClose={onClose} title="Add user">
      {opened ? <AddUserForm onClose={onClose} /> : null}
    </DetailDrawer>
  );
}

function AddUserForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const intent = useIntent();
  const announce = useAnnounce();
  const [roles, setRoles] = useState<Role[]>([]);
  const [tried, setTried] = useState(false);
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { name: '', email: '' },
    validate: { name: rules.required('Enter the name'), email: rules.email },
  });
  const add = useMutation({
    mutationFn: (input: { name: string; email: string; roles: Role[] }) => intent(input, (key) => addUser(input, key)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: accessKeys.users });
      announce('User added');
      onClose();
    },
    onError: (error) => void showErrorsOf(error),
  });
  return (
    <form
      noValidate
      aria-label="Add user"
      onSubmit={(event) => {
        setTried(true);
        submit(({ name, email }) => {
          if (roles.length > 0) add.mutate({ name: name.trim(), email: email.trim(), roles });
        })(event);
      }}
    >
      <div className={stack.fields}>
        <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
        <TextInput
          label="E-mail"
          type="email"
          description="A mail goes there; its link lets them choose a password."
          {...form.getInputProps('email')}
        />
        <RoleChoice
          value={roles}
          onChange={setRoles}
          error={tried && roles.length === 0 ? 'Choose at least one role' : null}
        />
        <FormEnd
          submit="Add user"
          pending={add.isPending}
          failure="Nobody was added"
          error={Object.keys(form.errors).length === 0 ? add.error : null}
          onCancel={onClose}
        />
      </div>
    </form>
  );
}
