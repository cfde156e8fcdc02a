'use client';

import { Button, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { changeMember, memberKeys, memberQuery } from '../api/members.ts';
import { useOptimistic } from '../api/optimistic.ts';
import { isStatus } from '../api/problem.ts';
import type { Member, MemberChanges } from '../api/shapes.ts';
import { AddressFields } from '../forms/address-fields.tsx';
import * as rules from '../forms/field-rules.ts';
import { Switch } from '../forms/switch.tsx';
import { UnsavedGuard } from '../forms/unsaved-guard.tsx';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Card } from '../page/card.tsx';
import { Failure } from '../page/failure.tsx';
import { SaveNote } from '../page/save-note.tsx';
import stack from '../page/stack.module.css';
import { changesOf, conflictsOf, type EditableField, resolved } from './merge.ts';
import { PendingEmail } from './pending-email.tsx';
import classes from './profile-form.module.css';

interface Values {
  givenName: string;
  familyName: string;
  email: string;
  phone: string;
  dateOfBirth: string;
  address: rules.AddressFields;
  mailChoices: Member['mailChoices'];
}

const valuesOf = (member: Member): Values => ({
  givenName: member.givenName,
  familyName: member.familyName,
  email: member.email,
  phone: member.phone ?? '',
  dateOfBirth: member.dateOfBirth ?? '',
  address: {
    ...rules.emptyAddress,
    ...Object.fromEntries(Object.entries(member.address ?? {}).map(([name, value]) => [name, value ?? ''])),
  },
  mailChoices: { ...member.mailChoices },
});

function editedOf(values: Values): MemberChanges {
  const { address } = values;
  return {
    givenName: values.givenName.trim(),
    familyName: values.familyName.trim(),
    email: values.email.trim(),
    phone: values.phone.trim() || null,
    dateOfBirth: values.dateOfBirth || null,
    address: rules.hasAddress(address)
      ? { ...address, line2: address.line2 || null, region: address.region || null }
      : null,
    mailChoices: values.mailChoices,
  };
}

// Loaded when there is a conflict, which is rare. `loading` gives it a boundary of its own: see membership.tsx.
const ConflictDialog = dynamic(() => import('./conflict-dialog.tsx'), { loading: () => null });

const mails = [
  ['newsletter', 'Newsletter', 'Once a month: what is new in the profession.'],
  ['events', 'Events', 'Invitations to lectures and chapter evenings.'],
  ['receipts', 'Receipts', 'A mail for each payment.'],
] as const;

const savedWords = (newEmail: string | undefined) =>
  newEmail ? `Saved. Your e-mail address changes once you confirm ${newEmail}` : 'Saved';

/**
 * Edits the member who was there when the form opened (`base`). What arrives meanwhile does not touch the fields: it is
 * merged, or shown as a conflict, when the person saves.
 */
export function ProfileForm({ member }: { member: Member }) {
  const client = useQueryClient();
  const [base, setBase] = useState(member);
  const [conflict, setConflict] = useState<{ theirs: Member; mine: MemberChanges; fields: EditableField[] } | null>(
    null,
  );
  const [saved, setSaved] = useState(false);
  const { form, submit, showErrorsOf } = useValidatedForm<Values>({
    initialValues: valuesOf(member),
    validate: {
      givenName: rules.required('Enter your given name'),
      familyName: rules.required('Enter your family name'),
      email: rules.email,
      phone: rules.phone,
      dateOfBirth: rules.dateOfBirth,
      address: rules.addressRules,
    },
    whileTyping: rules.personSoFar,
    onValuesChange: () => setSaved(false),
  });
  const mine = changesOf(base, editedOf(form.values));
  const dirty = Object.keys(mine).length > 0;

  const save = useOptimistic<Member, { changes: MemberChanges; version: number }, Member>({
    queryKey: memberKeys.one('me'),
    mutationFn: ({ changes, version }) => changeMember(changes, version),
    // A new e-mail does not count until it is confirmed.
    apply: (current, { changes: { address = current.address, email = current.pendingEmail, ...changes } }) => ({
      ...current,
      ...changes,
      pendingEmail: email,
      address: address && { ...address, line2: address.line2 ?? null, region: address.region ?? null },
    }),
    settle: (result) => result,
    onSuccess: (result) => {
      startFrom(result);
      setConflict(null);
      setSaved(true);
    },
    onError: (error, { changes }) => {
      if (isStatus(error, 412)) void meet(changes);
      else if (isStatus(error, 409) && changes.email) form.setFieldError('email', 'Another account has this address');
      else if (!showErrorsOf(error)) setConflict(null);
    },
  });

  function startFrom(result: Member) {
    setBase(result);
    const values = valuesOf(result);
    form.setInitialValues(values);
    form.setValues(values);
  }

  /** Someone saved first. Fields that only one side touched are merged and saved; the others are asked about. */
  async function meet(changes: MemberChanges) {
    const theirs = await client.fetchQuery({ ...memberQuery(), staleTime: 0 });
    const fields = conflictsOf(base, theirs, changes);
    if (fields.length > 0) setConflict({ theirs, mine: changes, fields });
    else saveOver(theirs, changes, new Set());
  }

  function saveOver(theirs: Member, changes: MemberChanges, keepTheirs: ReadonlySet<EditableField>) {
    const left = resolved(theirs, changes, keepTheirs);
    setBase(theirs);
    if (Object.keys(left).length > 0) {
      save.mutate({ changes: left, version: theirs.version });
      return;
    }
    startFrom(theirs);
    setConflict(null);
    setSaved(true);
  }

  const failed = save.isError && !isStatus(save.error, 412) && Object.keys(form.errors).length === 0;
  return (
    <form
      noValidate
      aria-label="Profile"
      onSubmit={submit(() => {
        if (dirty) save.mutate({ changes: mine, version: base.version });
        else setSaved(true);
      })}
    >
      <div className={stack.stack}>
        <Card id="name" title="Name and contact">
          <div className={stack.fields}>
            <div className={stack.pair}>
              <TextInput label="Given name" autoComplete="given-name" {...form.getInputProps('givenName')} />
              <TextInput label="Family name" autoComplete="family-name" {...form.getInputProps('familyName')} />
            </div>
            <TextInput
              label="E-mail"
              description="You sign in with it, and our mail goes there. A new one counts once you have followed the link that we send to it."
              type="email"
              inputMode="email"
              autoComplete="email"
              {...form.getInputProps('email')}
            />
            {member.pendingEmail ? <PendingEmail email={member.pendingEmail} current={member.email} /> : null}
            <div className={stack.pair}>
              <TextInput label="Phone (optional)" type="tel" autoComplete="tel" {...form.getInputProps('phone')} />
              <TextInput
                label="Date of birth (optional)"
                type="date"
                autoComplete="bday"
                {...form.getInputProps('dateOfBirth')}
              />
            </div>
            <hr className={stack.rule} />
            <AddressFields form={form} optional />
          </div>
        </Card>
        <Card id="mail" title="Mail from us">
          <div className={classes.mails}>
            {mails.map(([name, label, about]) => (
              <Switch
                key={name}
                label={label}
                about={about}
                {...form.getInputProps(`mailChoices.${name}`, { type: 'checkbox' })}
              />
            ))}
          </div>
          <p className={`${stack.small} ${stack.dim} ${classes.always}`}>
            Mail about your account and its security always comes.
          </p>
        </Card>
        {failed ? <Failure title="Your changes are not saved" error={save.error} /> : null}
        <div className={classes.bar} data-dirty={dirty}>
          <Button type="submit" loading={save.isPending}>
            Save changes
          </Button>
          {dirty ? (
            <Button variant="subtle" color="gray" disabled={save.isPending} onClick={() => startFrom(base)}>
              Discard
            </Button>
          ) : null}
          <SaveNote text={saved && !save.isPending ? savedWords(save.variables?.changes.email) : null} />
          {dirty && !save.isPending ? <span className={`${stack.small} ${stack.dim}`}>Not saved yet</span> : null}
        </div>
      </div>
      <UnsavedGuard dirty={dirty && !save.isPending} />
      {conflict ? (
        <ConflictDialog
          {...conflict}
          saving={save.isPending}
          onClose={() => setConflict(null)}
          onSave={(keepTheirs) => saveOver(conflict.theirs, conflict.mine, keepTheirs)}
        />
      ) : null}
    </form>
  );
}
