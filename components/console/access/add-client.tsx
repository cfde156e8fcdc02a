'use client';

import { Button, Checkbox, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { accessKeys, createClient, type NewClient } from '../../api/console/access.ts';
import { type Grant, grantNames, type Scope, scopeNames } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import * as rules from '../../forms/field-rules.ts';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';
import { SecretOnce } from './secret-once.tsx';

const scopesAbout: Record<Scope, string> = {
  self: 'a member’s own record, in an app that they sign in to',
  'read:data': 'members (masked), events, schemas',
  'write:data': 'send events',
  'read:status': 'readers, queues, metrics',
  '*': 'everything, as an admin',
};

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
  const [grants, setGrants] = useState<Grant[]>(['client_credentials']);
  const [tried, setTried] = useState(false);
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { id: '', name: '', redirectUris: '', public: false },
    validate: { id: clientId, name: rules.required('Enter a name') },
  });
  const create = useMutation({
    mutationFn: (input: NewClient) => intent(input, (key) => createClient(input, key)),
    onSuccess: () => client.invalidateQueries({ queryKey: accessKeys.clients }),
    onError: (error) => void showErrorsOf(error),
  });
  if (create.data) return <SecretOnce id={create.data.id} secret={create.data.secret} onClose={onClose} />;
  const byCode = grants.includes('authorization_code');
  return (
    <form
      noValidate
      aria-label="Add API client"
      onSubmit={(event) => {
        setTried(true);
        submit((values) => {
          if (scopes.length === 0 || grants.length === 0) return;
          const redirectUris = byCode ? values.redirectUris.split(/\s+/).filter(Boolean) : [];
          create.mutate({
            id: values.id.trim(),
            name: values.name.trim(),
            scopes,
            grants,
            redirectUris,
            public: values.public,
          });
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
        <Checkbox.Group
          label="Scopes"
          value={scopes}
          onChange={(chosen) => setScopes(chosen as Scope[])}
          error={tried && scopes.length === 0 ? 'Choose at least one' : null}
        >
          {scopeNames.map((scope) => (
            <Checkbox key={scope} value={scope} mt={6} label={<code>{scope}</code>} description={scopesAbout[scope]} />
          ))}
        </Checkbox.Group>
        <Checkbox.Group
          label="Grants"
          value={grants}
          onChange={(chosen) => setGrants(chosen as Grant[])}
          error={tried && grants.length === 0 ? 'Choose at least one' : null}
        >
          {grantNames.map((grant) => (
            <Checkbox key={grant} value={grant} mt={6} label={<code>{grant}</code>} />
          ))}
        </Checkbox.Group>
        {byCode ? (
          <>
            <Textarea
              label="Redirect URIs"
              description="One a line."
              rows={3}
              {...form.getInputProps('redirectUris')}
            />
            <Checkbox
              label="Public"
              description="An app on people’s own devices: no secret, PKCE instead."
              {...form.getInputProps('public', { type: 'checkbox' })}
            />
          </>
        ) : null}
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
