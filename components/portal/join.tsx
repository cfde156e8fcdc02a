'use client';

import { Button, TextInput, UnstyledButton } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';
import { useIntent } from '../api/intent.ts';
import { join } from '../api/members.ts';
import { plansQuery } from '../api/plans.ts';
import { isStatus } from '../api/problem.ts';
import type { JoinInput, Member } from '../api/shapes.ts';
import { AddressFields } from '../forms/address-fields.tsx';
import * as rules from '../forms/field-rules.ts';
import { NewPasswordInput } from '../forms/new-password-input.tsx';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Card } from '../page/card.tsx';
import { Failure } from '../page/failure.tsx';
import { Notice } from '../page/notice.tsx';
import { PageHeader } from '../page/page-header.tsx';
import { TextSkeleton } from '../page/skeletons.tsx';
import stack from '../page/stack.module.css';
import { CheckYourMail } from './check-your-mail.tsx';
import classes from './join.module.css';
import { useMailedTo } from './mailed-to.ts';
import { PlanCards } from './plan-cards.tsx';

const blank = {
  planId: '',
  givenName: '',
  familyName: '',
  email: '',
  password: '',
  phone: '',
  dateOfBirth: '',
  address: rules.emptyAddress,
};
type Values = typeof blank;

function inputOf(values: Values): JoinInput {
  const { line2, region, ...address } = values.address;
  return {
    planId: values.planId,
    givenName: values.givenName.trim(),
    familyName: values.familyName.trim(),
    email: values.email.trim(),
    password: values.password,
    ...(values.phone.trim() ? { phone: values.phone.trim() } : {}),
    ...(values.dateOfBirth ? { dateOfBirth: values.dateOfBirth } : {}),
    ...(rules.hasAddress(values.address)
      ? { address: { ...address, ...(line2 ? { line2 } : {}), ...(region ? { region } : {}) } }
      : {}),
  };
}

/** The join page: plan, person, password; the rest can follow later. */
export function Join() {
  const plans = useQuery(plansQuery());
  const intent = useIntent();
  const [more, setMore] = useState(false);
  const [mailedTo, remember] = useMailedTo();
  const offered = plans.data?.data;
  const asked = useSearchParams().get('plan');
  const { form, submit, showErrorsOf } = useValidatedForm<Values>({
    initialValues: blank,
    validate: {
      planId: rules.required('Choose a plan'),
      givenName: rules.required('Enter your given name'),
      familyName: rules.required('Enter your family name'),
      email: rules.email,
      password: rules.newPassword,
      phone: rules.phone,
      dateOfBirth: rules.dateOfBirth,
      address: rules.addressRules,
    },
    whileTyping: rules.personSoFar,
  });
  const joining = useMutation<Member, Error, Values>({
    mutationFn: (values) => intent(inputOf(values), (key) => join(inputOf(values), key)),
    onSuccess: ({ email }) => remember(email),
    onError: (error) => {
      if (isStatus(error, 400, 422)) setMore(true);
      showErrorsOf(error);
    },
  });

  // A link may come from one plan; and where there is only one, there is nothing to choose.
  const wanted = offered?.length === 1 ? offered[0] : offered?.find(({ id, code }) => id === asked || code === asked);
  const { getValues, setInitialValues, setFieldValue } = form;
  useEffect(() => {
    if (!wanted || getValues().planId !== '') return;
    // Nobody typed it: it is not lost when the page is left.
    setInitialValues({ ...blank, planId: wanted.id });
    setFieldValue('planId', wanted.id);
  }, [wanted, getValues, setInitialValues, setFieldValue]);

  if (mailedTo === undefined) return <TextSkeleton lines={4} />;
  if (mailedTo !== null) return <CheckYourMail email={mailedTo} joined />;
  const { email, givenName, familyName } = form.values;
  return (
    <form noValidate aria-label="Join" onSubmit={submit((values) => joining.mutate(values))}>
      <PageHeader
        title="Join"
        lead={
          <>
            Choose a plan and tell us who you are. Already a member? <Link href="/signin">Sign in</Link>
          </>
        }
      />
      <div className={stack.stack}>
        <PlanCards
          plans={offered}
          failed={plans.error}
          onRetry={() => void plans.refetch()}
          value={form.values.planId}
          onChange={(planId) => {
            form.setFieldValue('planId', planId);
            form.clearFieldError('planId');
          }}
          error={form.errors.planId}
        />
        <Card id="you" title="About you">
          <div className={stack.fields}>
            <div className={stack.pair}>
              <TextInput label="Given name" autoComplete="given-name" {...form.getInputProps('givenName')} />
              <TextInput label="Family name" autoComplete="family-name" {...form.getInputProps('familyName')} />
            </div>
            <TextInput
              label="E-mail"
              description="We send a link to it, to be sure that it is yours."
              type="email"
              inputMode="email"
              autoComplete="email"
              {...form.getInputProps('email')}
            />
            <NewPasswordInput
              known={[givenName, familyName, email.split('@')[0] ?? '']}
              {...form.getInputProps('password')}
            />
            <hr className={stack.rule} />
            <UnstyledButton
              className={classes.more}
              aria-expanded={more}
              aria-controls="more-about-you"
              onClick={() => setMore(!more)}
            >
              <IconChevronDown size={18} aria-hidden className={classes.chevron} data-open={more} />
              <span>
                Phone, birth date and address <span className={classes.optional}>(optional, can be added later)</span>
              </span>
            </UnstyledButton>
            <div id="more-about-you" hidden={!more}>
              {more ? (
                <div className={stack.fields}>
                  <div className={stack.pair}>
                    <TextInput
                      label="Phone (optional)"
                      type="tel"
                      autoComplete="tel"
                      {...form.getInputProps('phone')}
                    />
                    <TextInput
                      label="Date of birth (optional)"
                      type="date"
                      autoComplete="bday"
                      {...form.getInputProps('dateOfBirth')}
                    />
                  </div>
                  <AddressFields form={form} optional />
                </div>
              ) : null}
            </div>
          </div>
        </Card>
        {joining.isError ? <Refusal error={joining.error} email={email} /> : null}
        <div className={classes.finish}>
          <Button type="submit" size="lg" loading={joining.isPending}>
            Join
          </Button>
          <span className={`${stack.dim} ${stack.small}`}>Nothing is charged now.</span>
        </div>
      </div>
    </form>
  );
}

function Refusal({ error, email }: { error: Error; email: string }) {
  if (isStatus(error, 409)) {
    const query = { email: email.trim() };
    return (
      <Notice
        tone="bad"
        title="There is already a member with this e-mail address"
        action={
          <div className={stack.actions}>
            <Link href={{ pathname: '/signin', query }}>Sign in instead</Link>
            <Link href={{ pathname: '/forgot-password', query }}>Reset the password</Link>
          </div>
        }
      >
        If it is yours, sign in, or reset the password if you do not remember it. Nothing was changed.
      </Notice>
    );
  }
  if (isStatus(error, 400, 422)) {
    return (
      <Notice tone="bad" title="You have not joined yet">
        Some fields need another look: they are marked above.
      </Notice>
    );
  }
  return <Failure title="You have not joined yet" error={error} />;
}
