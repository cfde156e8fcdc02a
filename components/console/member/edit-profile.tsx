'use client';

import { Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeStaffMember, staffMemberQuery } from '../../api/console/member.ts';
import type { StaffMember } from '../../api/console/shapes.ts';
import { memberKeys } from '../../api/members.ts';
import { isStatus } from '../../api/problem.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import { AddressFields } from '../../forms/address-fields.tsx';
import { ConflictDialog } from '../../forms/conflict-dialog.tsx';
import * as rules from '../../forms/field-rules.ts';
import { FormEnd } from '../../forms/form-end.tsx';
import { UnsavedGuard } from '../../forms/unsaved-guard.tsx';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { addressText } from './address-text.ts';
import {
  fieldText,
  type ProfileValues,
  type StaffChanges,
  type StaffField,
  staffConflicts,
  typedChanges,
  without,
} from './profile-changes.ts';

/** Edits a member's profile as staff. Contact values are masked, so a new one replaces, and an empty field keeps. */
export function EditProfile({
  member,
  opened,
  onClose,
}: {
  member: StaffMember;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <DetailDrawer opened={opened} onClose={onClose} title={`Edit ${member.number}`}>
      {opened ? <EditForm member={member} onClose={onClose} /> : null}
    </DetailDrawer>
  );
}

const valuesOf = (member: StaffMember): ProfileValues => ({
  givenName: member.givenName,
  familyName: member.familyName,
  email: '',
  phone: '',
  removePhone: false,
  dateOfBirth: '',
  address: rules.emptyAddress,
  removeAddress: false,
});

const orEmpty = (rule: (value: string) => string | null) => (value: string) =>
  value.trim() === '' ? null : rule(value);

function EditForm({ member, onClose }: { member: StaffMember; onClose: () => void }) {
  const client = useQueryClient();
  const announce = useAnnounce();
  // What was there when the form opened: the page behind may be read again meanwhile.
  const [base, setBase] = useState(member);
  const [conflict, setConflict] = useState<{ theirs: StaffMember; mine: StaffChanges; fields: StaffField[] } | null>(
    null,
  );
  const { form, submit, showErrorsOf } = useValidatedForm<ProfileValues>({
    initialValues: valuesOf(member),
    validate: {
      givenName: rules.required('Enter the given name'),
      familyName: rules.required('Enter the family name'),
      email: orEmpty(rules.email),
      phone: rules.phone,
      dateOfBirth: rules.dateOfBirth,
      address: rules.addressRules,
    },
  });
  const mine = typedChanges(base, form.values);
  const dirty = Object.keys(mine).length > 0;

  const save = useMutation({
    mutationFn: ({ changes, version }: { changes: StaffChanges; version: number }) =>
      changeStaffMember(member.id, changes, version),
    onSuccess: (after) => {
      client.setQueryData(memberKeys.one(member.id), after);
      void client.invalidateQueries({ queryKey: memberKeys.one(member.id) });
      announce('Profile saved');
      onClose();
    },
    onError: (error, { changes }) => {
      if (isStatus(error, 412)) void meet(changes);
      else if (!showErrorsOf(error)) setConflict(null);
    },
  });

  /** Somebody saved first. What only one side touched goes through; the rest is asked about. */
  async function meet(changes: StaffChanges) {
    const theirs = await client.fetchQuery({ ...staffMemberQuery(member.id), staleTime: 0 });
    const fields = staffConflicts(base, theirs, changes);
    if (fields.length > 0) setConflict({ theirs, mine: changes, fields });
    else save.mutate({ changes, version: theirs.version });
  }

  function saveOver(theirs: StaffMember, changes: StaffChanges) {
    setConflict(null);
    setBase(theirs);
    if (Object.keys(changes).length === 0) onClose();
    else save.mutate({ changes, version: theirs.version });
  }

  return (
    <form
      noValidate
      aria-label="Edit profile"
      onSubmit={submit(() => (dirty ? save.mutate({ changes: mine, version: base.version }) : onClose()))}
    >
      <div className={stack.fields}>
        <div className={stack.pair}>
          <TextInput label="Given name" data-autofocus {...form.getInputProps('givenName')} />
          <TextInput label="Family name" {...form.getInputProps('familyName')} />
        </div>
        <TextInput
          label="New e-mail"
          type="email"
          description={`Now ${base.email}. Empty keeps it. A new one must be verified by its owner.`}
          {...form.getInputProps('email')}
        />
        <TextInput
          label="New phone"
          type="tel"
          description={base.phone ? `Now ${base.phone}. Empty keeps it.` : 'None yet.'}
          disabled={form.values.removePhone}
          {...form.getInputProps('phone')}
        />
        {base.phone ? (
          <Checkbox label="Remove the phone number" {...form.getInputProps('removePhone', { type: 'checkbox' })} />
        ) : null}
        <TextInput
          label="New date of birth"
          type="date"
          description={base.dateOfBirth ? `Now ${base.dateOfBirth}. Empty keeps it.` : 'None yet.'}
          {...form.getInputProps('dateOfBirth')}
        />
        <hr className={stack.rule} />
        <p className={`${stack.plain} ${stack.dim}`}>
          {base.address
            ? `Address now: ${addressText(base.address)}. Empty fields keep it.`
            : 'There is no address yet.'}
        </p>
        {base.address ? (
          <Checkbox label="Remove the address" {...form.getInputProps('removeAddress', { type: 'checkbox' })} />
        ) : null}
        {form.values.removeAddress ? null : <AddressFields form={form} />}
        <FormEnd
          submit="Save changes"
          pending={save.isPending}
          disabled={!dirty}
          failure="Nothing was saved"
          error={isStatus(save.error, 412) || Object.keys(form.errors).length > 0 ? null : save.error}
          cancel={dirty ? 'Discard' : 'Cancel'}
          onCancel={onClose}
        />
      </div>
      <UnsavedGuard dirty={dirty && !save.isPending} />
      {conflict ? (
        <ConflictDialog
          title="Somebody changed this member meanwhile"
          lead="Nothing of yours is saved or lost yet. Choose for each field what stays."
          fields={conflict.fields}
          mine={(field) => fieldText(conflict.mine, field)}
          theirs={(field) => fieldText(conflict.theirs, field)}
          saving={save.isPending}
          onClose={() => setConflict(null)}
          onSave={(keepTheirs) => saveOver(conflict.theirs, without(conflict.mine, keepTheirs))}
        />
      ) : null}
    </form>
  );
}
