'use client';

import { Button, Checkbox, Radio, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { accessKeys, createClient, type NewClient } from '../../api/console/access.ts';
import { type Scope, scopeNames } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import * as rules from '../../forms/field-rules.ts';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';
import { SecretOnce } from './secret-once.tsx';

/** What a machine may be allowed. `self` is for apps that people sign in to, and all that those get. */
const machineScopes = {
  'read:data': 'members (masked), events, schemas',
  'write:data': 'send events',
  'read:status': 'readers, queues, metrics',
  '*': 'everything, as an admin',
} as const satisfies Partial<Record<Scope, string>>;
type MachineScope = keyof typeof machineScopes;
const machineScopeNames = scopeNames.filter((scope): scope is MachineScope => scope in machineScopes);

const blank = { id: '', name: '', use: 'machine' as 'machine' | 'people', redirectUris: '', public: true, stays: true };
type Values = typeof blank;

function inputOf(values: Values, scopes: Scope[]): NewClient {
  const shared = { id: values.id.trim(), name: values.name.trim() };
  if (values.use === 'machine') {
    return { ...shared, scopes, grants: ['client_credentials'], redirectUris: [], public: false };
  }
  return {
    ...shared,
    scopes: ['self'],
    grants: values.stays ? ['authorization_code', 'refresh_token'] : ['authorization_code'],
    redirectUris: values.redirectUris.split(/\s+/).filter(Boolean),
    public: values.public,
  };
}

const clientId = (text: string) =>
  /^[a-z0-9][a-z0-9-]{2,62}$/.test(text.trim()) ? null : 'Three or more lower-case letters, digits and dashes';

/** Makes an API client and shows its secret once. */
export function AddClient({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <DetailDrawer opened={opened} onClose={onClose} title="Add API client">
      {opened ? <AddClientForm onClose={onClose} /> : null}
    </DetailDrawer>
  );
}

function AddClientForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const intent = useIntent();
  const [scopes, setScopes] = useState<Scope[]>([]);
  const [tried, setTried] = useState(false);
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: blank,
    validate: {
      id: clientId,
      name: rules.required('Enter a name'),
      redirectUris: (value, { use }) =>
        use === 'people' && value.trim() === '' ? 'Enter where the app takes people back' : null,
    },
  });
  const create = useMutation({
    mutationFn: (input: NewClient) => intent(input, (key) => createClient(input, key)),
    onSuccess: () => client.invalidateQueries({ queryKey: accessKeys.clients }),
    onError: (error) => void showErrorsOf(error),
  });
  if (create.data) return <SecretOnce id={create.data.id} secret={create.data.secret} onClose={onClose} />;
  const forPeople = form.values.use === 'people';
  return (
    <form
      noValidate
      aria-label="Add API client"
      onSubmit={(event) => {
        setTried(true);
        submit((values) => {
          if (values.use === 'machine' && scopes.length === 0) return;
          create.mutate(inputOf(values, scopes));
        })(event);
      }}
    >
      <div className={stack.fields}>
        <TextInput
          label="Client id"
          description="It cannot be changed later."
          placeholder="learning-platform"
          data-autofocus
          {...form.getInputProps('id')}
        />
        <TextInput label="Name" {...form.getInputProps('name')} />
        <Radio.Group label="Acts for" value={form.values.use} onChange={(use) => form.setFieldValue('use', use)}>
          <Radio value="machine" mt={6} label="Itself" description="A machine, with an id and a secret." />
          <Radio value="people" mt={6} label="People" description="An app that they sign in to and let in." />
        </Radio.Group>
        {forPeople ? (
          <>
            <p className={`${stack.plain} ${stack.dim} ${stack.small}`}>
              It gets the scope <code>self</code>: what people may do with their own record, whatever their roles.
            </p>
            <Textarea
              label="Redirect URIs"
              description="One a line."
              rows={3}
              {...form.getInputProps('redirectUris')}
            />
            <Checkbox
              label="Public"
              description="An app on people’s own devices: no secret, PKCE alone."
              {...form.getInputProps('public', { type: 'checkbox' })}
            />
            <Checkbox
              label="Stays signed in"
              description="Refresh tokens, for up to 30 days between visits."
              {...form.getInputProps('stays', { type: 'checkbox' })}
            />
          </>
        ) : (
          <Checkbox.Group
            label="Scopes"
            value={scopes}
            onChange={(chosen) => setScopes(chosen as Scope[])}
            error={tried && scopes.length === 0 ? 'Choose at least one' : null}
          >
            {machineScopeNames.map((scope) => (
              <Checkbox
                key={scope}
                value={scope}
                mt={6}
                label={<code>{scope}</code>}
                description={machineScopes[scope]}
              />
            ))}
          </Checkbox.Group>
        )}
        {create.isError && Object.keys(form.errors).length === 0 ? (
          <Notice tone="bad" title="No client was made">
            {messageOf(create.error)}
          </Notice>
        ) : null}
        <div className={stack.actions}>
          <Button type="submit" loading={create.isPending}>
            Add API client
          </Button>
          <Button variant="default" onClick={onClose} disabled={create.isPending}>
            Cancel
          </Button>
        </div>
      </div>
    </form>
  );
}
