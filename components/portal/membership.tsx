'use client';

import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { useIntent } from '../api/intent.ts';
import { memberKeys, memberQuery, resign } from '../api/members.ts';
import { plansQuery } from '../api/plans.ts';
import { messageOf } from '../api/problem.ts';
import type { Member } from '../api/shapes.ts';
import * as rules from '../forms/field-rules.ts';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Card } from '../page/card.tsx';
import { Dialog } from '../page/dialog.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { Notice } from '../page/notice.tsx';
import { PageHeader } from '../page/page-header.tsx';
import { TextSkeleton } from '../page/skeletons.tsx';
import stack from '../page/stack.module.css';
import { formatDate } from '../values/format.ts';
import { KeyValueList } from '../values/key-value-list.tsx';
import { MoneyText } from '../values/money-text.tsx';
import { StatePill } from '../values/state-pill.tsx';

const stateSentences: Partial<Record<Member['status'], string>> = {
  pending: 'It begins when your e-mail address is confirmed and the plan is paid.',
  grace: 'It has run out, but keeps its rights for a short while.',
  lapsed: 'It has run out.',
  suspended: 'It is suspended. Write to us about it.',
  resigned: 'You have resigned. Your data stays here for you to download.',
};

/** The membership page: the plan, its state, and the way out. */
export function Membership() {
  const member = useQuery(memberQuery());
  const plans = useQuery(plansQuery());
  const person = member.data;
  if (member.isError) {
    return (
      <>
        <PageHeader title="Membership" />
        <ErrorState
          what="Your membership could not be loaded"
          error={member.error}
          onRetry={() => void member.refetch()}
        />
      </>
    );
  }
  const plan = plans.data?.data.find(({ id }) => id === person?.plan.id);
  const sentence = person ? stateSentences[person.status] : undefined;
  return (
    <>
      <PageHeader title="Membership" state={person ? <StatePill state={person.status} /> : null} lead={sentence} />
      <div className={stack.stack}>
        <Card id="plan" title="Your plan">
          {person ? (
            <KeyValueList
              items={[
                { label: 'Plan', value: person.plan.name },
                { label: 'Price', value: plan ? <PriceText plan={plan} /> : plans.isPending ? ' ' : null },
                { label: 'Paid until', value: person.paidUntil ? formatDate(person.paidUntil) : 'Not paid yet' },
                { label: 'Member number', value: person.number },
                { label: 'Member since', value: formatDate(person.joinedAt) },
              ]}
            />
          ) : (
            <TextSkeleton lines={7} />
          )}
        </Card>
        <Card id="change" title="Change or renew">
          <p className={`${stack.plain} ${stack.dim}`}>
            Changing the plan and renewing online are not possible yet.{' '}
            <Link href="/help?topic=membership">Write to us</Link>, and we do it for you.
          </p>
        </Card>
        {person && person.status !== 'resigned' ? <Resignation /> : null}
      </div>
    </>
  );
}

function PriceText({ plan }: { plan: { price: { amount: number; currency: string }; periodMonths: number } }) {
  return (
    <>
      <MoneyText {...plan.price} />{' '}
      {plan.periodMonths === 12 ? 'a year' : plan.periodMonths === 1 ? 'a month' : `for ${plan.periodMonths} months`}
    </>
  );
}

function Resignation() {
  const [asking, setAsking] = useState(false);
  return (
    <Card id="resign" title="Resign">
      <p className={`${stack.plain} ${stack.dim}`}>
        Your membership ends, and with it the rights of your plan. You can still sign in to download your data.
      </p>
      <div className={stack.actions}>
        <Button variant="default" mt={16} onClick={() => setAsking(true)}>
          Resign…
        </Button>
      </div>
      {asking ? <ResignDialog onClose={() => setAsking(false)} /> : null}
    </Card>
  );
}

function ResignDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const intent = useIntent();
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { reason: '' },
    validate: { reason: rules.required('Tell us in a few words') },
  });
  const leave = useMutation({
    mutationFn: (reason: string) => intent({ reason }, (key) => resign(reason, key)),
    onSuccess: (result) => {
      client.setQueryData(memberKeys.one('me'), result);
      void client.invalidateQueries({ queryKey: memberKeys.timeline('me') });
      onClose();
    },
    onError: (error) => void showErrorsOf(error),
  });
  return (
    <Dialog onClose={onClose} title="Resign from your membership?">
      <form noValidate aria-label="Resign" onSubmit={submit(({ reason }) => leave.mutate(reason.trim()))}>
        <div className={stack.fields}>
          <Textarea
            label="Why are you leaving?"
            description="It helps us to do better."
            rows={3}
            data-autofocus
            {...form.getInputProps('reason')}
          />
          {leave.isError && Object.keys(form.errors).length === 0 ? (
            <Notice tone="bad" title="You have not resigned">
              {messageOf(leave.error)}
            </Notice>
          ) : null}
        </div>
        <div className={`${stack.actions} ${stack.end}`}>
          <Button variant="default" onClick={onClose}>
            Stay a member
          </Button>
          <Button type="submit" color="red" loading={leave.isPending}>
            Resign now
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
