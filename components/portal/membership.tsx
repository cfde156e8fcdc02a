'use client';

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { memberQuery } from '../api/members.ts';
import { plansQuery } from '../api/plans.ts';
import type { Member } from '../api/shapes.ts';
import { Card } from '../page/card.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { PageHeader } from '../page/page-header.tsx';
import { TextSkeleton } from '../page/skeletons.tsx';
import stack from '../page/stack.module.css';
import { formatDate } from '../values/format.ts';
import { KeyValueList } from '../values/key-value-list.tsx';
import { MoneyText } from '../values/money-text.tsx';
import { StatePill } from '../values/state-pill.tsx';

// Loaded when somebody asks for it: nearly nobody does. Without `loading` it has no boundary of its own, and the whole page
// would flash its skeleton and lose the focus.
const ResignDialog = dynamic(() => import('./resign-dialog.tsx'), { loading: () => null });

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
