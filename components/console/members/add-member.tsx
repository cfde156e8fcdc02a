'use client';

import { NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { addMember, directoryKey } from '../../api/console/directory.ts';
import { useIntent } from '../../api/intent.ts';
import { plansQuery } from '../../api/plans.ts';
import { messageOf } from '../../api/problem.ts';
import type { AddMemberInput } from '../../api/shapes.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import { AddressFields } from '../../forms/address-fields.tsx';
import * as rules from '../../forms/field-rules.ts';
import { FormEnd } from '../../forms/form-end.tsx';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';

interface Values extends Record<string, unknown> {
  givenName: string;
  familyName: string;
  email: string;
  phone: string;
  dateOfBirth: string;
  planId: string;
  address: rules.AddressFields;
}

const inputOf = ({ address, ...values }: Values): AddMemberInput => ({
  givenName: values.givenName.trim(),
  familyName: values.familyName.trim(),
  email: values.email.trim(),
  phone: values.phone.trim() || null,
  dateOfBirth: values.dateOfBirth || null,
  planId: values.planId,
  address: rules.hasAddress(address)
    ? { ...address, line2: address.line2 || null, region: address.region || null }
    : null,
});

/** Adds a member by hand. They choose a password themselves, from the mail that verifies the address. */
export function AddMember({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <DetailDrawer opened={opened} onClose={onClose} title="Add member">
      <AddMemberForm onClose={onClose} />
    </DetailDrawer>
  );
}

function AddMemberForm({ onClose }: { onClose: () => void }) {
  const plans = useQuery(plansQuery());
  const client = useQueryClient();
  const router = useRouter();
  const intent = useIntent();
  const { form, submit, showErrorsOf } = useValidatedForm<Values>({
    initialValues: {
      givenName: '',
      familyName: '',
      email: '',
      phone: '',
      dateOfBirth: '',
      planId: '',
      address: rules.emptyAddress,
    },
    validate: {
      givenName: rules.required('Enter the given name'),
      familyName: rules.required('Enter the family name'),
      email: rules.email,
      phone: rules.phone,
      dateOfBirth: rules.dateOfBirth,
      planId: rules.required('Choose a plan'),
      address: rules.addressRules,
    },
  });
  const add = useMutation({
    mutationFn: (input: AddMemberInput) => intent(input, (key) => addMember(input, key)),
    onSuccess: (member) => {
      void client.invalidateQueries({ queryKey: directoryKey });
      router.push(`/ops/members/${member.id}`);
    },
    onError: showErrorsOf,
  });
  const options = [
    { value: '', label: plans.isPending ? 'Loading plans' : 'Choose a plan' },
    ...(plans.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <form noValidate aria-label="Add member" onSubmit={submit((values) => add.mutate(inputOf(values)))}>
      <div className={stack.fields}>
        <div className={stack.pair}>
          <TextInput label="Given name" data-autofocus {...form.getInputProps('givenName')} />
          <TextInput label="Family name" {...form.getInputProps('familyName')} />
        </div>
        <TextInput
          label="E-mail"
          type="email"
          description="A mail goes there; its link verifies the address and lets them choose a password."
          {...form.getInputProps('email')}
        />
        <NativeSelect label="Plan" data={options} {...form.getInputProps('planId')} />
        <div className={stack.pair}>
          <TextInput label="Phone (optional)" type="tel" {...form.getInputProps('phone')} />
          <TextInput label="Date of birth (optional)" type="date" {...form.getInputProps('dateOfBirth')} />
        </div>
        <hr className={stack.rule} />
        <AddressFields form={form} />
        {plans.isError ? (
          <Notice tone="bad" title="The plans could not be loaded">
            {messageOf(plans.error)}
          </Notice>
        ) : null}
        <FormEnd
          submit="Add member"
          pending={add.isPending}
          failure="Nobody was added"
          error={Object.keys(form.errors).length === 0 ? add.error : null}
          onCancel={onClose}
        />
      </div>
    </form>
  );
}
