'use client';

import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { memberQuery } from '../api/members.ts';
import { type Membership as MembershipView, membershipsQuery } from '../api/memberships.ts';
import { plansQuery } from '../api/plans.ts';
import type { Member } from '../api/shapes.ts';
import { Card } from '../page/card.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { LinkButton } from '../page/link-button.tsx';
import { PageHeader } from '../page/page-header.tsx';
import { TextSkeleton } from '../page/skeletons.tsx';
import stack from '../page/stack.module.css';
import { formatDate, formatMoney } from '../values/format.ts';
import { KeyValueList } from '../values/key-value-list.tsx';
import { MoneyText } from '../values/money-text.tsx';
import { StatePill } from '../values/state-pill.tsx';
import { coverWords } from './membership/cover-words.ts';
import { PeriodBar } from './membership/period-bar.tsx';
import { Periods } from './membership/periods.tsx';
import { RenewalCard } from './membership/renewal-card.tsx';
import { ResignCard } from './resign-card.tsx';
import { coveredToday } from './resign-words.ts';

// Loaded when somebody asks for it: nearly nobody does. Without `loading` it has no boundary of its own, and the whole page
// would flash its skeleton and lose the focus.
const CancelDialog = dynamic(() => import('./membership/cancel-dialog.tsx'), { loading: () => null });
const ChangeDialog = dynamic(() => import('./membership/change-dialog.tsx'), { loading: () => null });
const RenewDialog = dynamic(() => import('./membership/renew-dialog.tsx'), { loading: () => null });

const stateSentences: Partial<Record<Member['status'], string>> = {
  pending: 'It begins when your e-mail address is confirmed and the plan is paid.',
  grace: 'It has run out, but keeps its rights for a short while.',
  lapsed: 'It has run out.',
  suspended: 'It is suspended. Write to us about it.',
};

/** The membership page: the plan, its days, what follows, what was paid, and the way out. */
export function Membership() {
  const member = useQuery(memberQuery());
  const memberships = useQuery(membershipsQuery());
  const plans = useQuery(plansQuery());
  const person = member.data;
  const failed = [member, memberships].find(({ isError }) => isError);
  if (failed) {
    return (
      <>
        <PageHeader title="Membership" />
        <ErrorState
          what="Your membership could not be loaded"
          error={failed.error}
          onRetry={() => void failed.refetch()}
        />
      </>
    );
  }
  const plan = plans.data?.data.find(({ id }) => id === person?.plan.id);
  const sentence = person && (person.status === 'resigned' ? resignedWords(person) : stateSentences[person.status]);
  const [newest] = memberships.data?.data ?? [];
  const running = newest && newest.endedAt === null ? newest : undefined;
  // Who resigned neither renews nor changes the plan: they come back first.
  const live = person?.status === 'resigned' ? undefined : running;
  const periods = memberships.data?.data.flatMap((one) => one.periods) ?? [];
  const today = new Date().toISOString().slice(0, 10);
  const canLetEnd = live !== undefined && !live.cancelAtEnd;
  return (
    <>
      <PageHeader title="Membership" state={person ? <StatePill state={person.status} /> : null} lead={sentence} />
      <div className={stack.stack}>
        <Card id="plan" title="Your plan">
          {person && memberships.data ? (
            <>
              <KeyValueList
                items={[
                  { label: 'Plan', value: person.plan.name },
                  ...(plan || plans.isPending
                    ? [{ label: 'Price', value: plan ? <PriceText plan={plan} /> : '\u00a0' }]
                    : []),
                  coverWords(person, periods, today),
                  { label: 'Member number', value: person.number },
                  {
                    label: person.status === 'pending' ? 'Joined on' : 'Member since',
                    value: formatDate(person.joinedAt),
                  },
                  ...(live?.nextPlan
                    ? [{ label: 'Next plan', value: `${live.nextPlan.name}, from ${formatDate(live.nextPlan.from)}` }]
                    : []),
                ]}
              />
              {running?.period ? <PeriodBar period={running.period} today={today} /> : null}
              {live ? <PlanActions membership={live} /> : canPay(person.status) ? <PayFirst /> : null}
            </>
          ) : (
            <TextSkeleton lines={7} />
          )}
        </Card>
        {live ? <RenewalCard membership={live} /> : null}
        {periods.length > 0 ? (
          <Card id="periods" title="What you paid for">
            <Periods periods={periods} />
          </Card>
        ) : null}
        {live && canLetEnd ? <LettingEnd membership={live} /> : null}
        {person ? <ResignCard member={person} canLetEnd={canLetEnd} /> : null}
      </div>
    </>
  );
}

function resignedWords(person: Member): string {
  const covered = coveredToday(person);
  return covered
    ? `You have resigned. What you paid for stays yours until ${formatDate(covered)}.`
    : 'You have resigned. Your data stays here for you to download.';
}

const canPay = (status: Member['status']) => ['pending', 'active', 'grace', 'lapsed'].includes(status);

function PayFirst() {
  return (
    <div className={stack.actions}>
      <LinkButton href="/checkout?plan=mine">Pay for your membership</LinkButton>
    </div>
  );
}

function PlanActions({ membership }: { membership: MembershipView }) {
  const [asking, setAsking] = useState<'renew' | 'change' | null>(null);
  const close = () => setAsking(null);
  const { renewal } = membership;
  return (
    <div className={stack.actions}>
      {renewal ? (
        <Button mt={16} variant={membership.status === 'grace' ? 'filled' : 'light'} onClick={() => setAsking('renew')}>
          Renew now · {formatMoney(renewal.amount.amount, renewal.amount.currency)}
        </Button>
      ) : null}
      <Button mt={16} variant="default" onClick={() => setAsking('change')}>
        Change plan…
      </Button>
      {asking === 'renew' && renewal ? <RenewDialog membership={membership} renewal={renewal} onClose={close} /> : null}
      {asking === 'change' ? <ChangeDialog membership={membership} onClose={close} /> : null}
    </div>
  );
}

/** The quiet way out: nothing ends before its time. Resigning, below, is the one that counts at once. */
function LettingEnd({ membership }: { membership: MembershipView }) {
  const [asking, setAsking] = useState(false);
  return (
    <Card id="let-end" title="Let it end">
      <p className={`${stack.plain} ${stack.dim}`}>
        You stay a member until {formatDate(membership.paidUntil)}, with all that belongs to it. Then it ends: it is not
        renewed, and nothing more is charged. Until that day you can change your mind.
      </p>
      <div className={stack.actions}>
        <Button variant="default" mt={16} onClick={() => setAsking(true)}>
          Do not renew…
        </Button>
      </div>
      {asking ? <CancelDialog membership={membership} onClose={() => setAsking(false)} /> : null}
    </Card>
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
