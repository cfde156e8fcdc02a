'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { memberKeys } from '../../api/members.ts';
import { type Change, changePlan, changePreviewQuery, type Membership, membershipKeys } from '../../api/memberships.ts';
import { plansQuery } from '../../api/plans.ts';
import { messageOf } from '../../api/problem.ts';
import { Notice } from '../../page/notice.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { formatDate, formatMoney } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { ChoiceList } from '../choice-list.tsx';
import { PayDialog } from './pay-dialog.tsx';

/** Another plan, with what it costs before anything is done. */
export default function ChangeDialog({ membership, onClose }: { membership: Membership; onClose: () => void }) {
  const client = useQueryClient();
  const plans = useQuery(plansQuery());
  const [planId, setPlanId] = useState<string | null>(null);
  const preview = useQuery({ ...changePreviewQuery(membership.id, planId ?? ''), enabled: planId !== null });
  const shown = planId === null ? undefined : preview.data;
  const others = plans.data?.data.filter(({ id }) => id !== membership.plan.id || membership.nextPlan !== null);
  return (
    <PayDialog
      title="Change your plan"
      label={shown ? labelOf(shown) : 'Choose a plan'}
      free={shown === undefined || shown.due.amount === 0}
      ready={shown !== undefined}
      onClose={onClose}
      pay={async (paymentMethod, key) => {
        const input = { planId: planId ?? '', ...(paymentMethod ? { paymentMethod } : {}) };
        const { order } = await changePlan(membership.id, input, key);
        await client.invalidateQueries({ queryKey: membershipKeys.mine });
        void client.invalidateQueries({ queryKey: memberKeys.one('me') });
        return order;
      }}
    >
      {others ? (
        <ChoiceList
          name="plan"
          label="Plan"
          choices={others.map((plan) => ({
            id: plan.id,
            name: plan.name,
            about: `${formatMoney(plan.price.amount, plan.price.currency)} ${plan.periodMonths === 12 ? 'a year' : ''}`,
          }))}
          chosen={planId}
          onChoose={setPlanId}
        />
      ) : (
        <TextSkeleton lines={3} />
      )}
      <div aria-live="polite">
        {preview.isError ? <Notice tone="warn">{messageOf(preview.error)}</Notice> : null}
        {shown ? <Preview change={shown} /> : null}
      </div>
    </PayDialog>
  );
}

function labelOf({ kind, due, effectiveOn }: Change): string {
  if (kind === 'keep') return 'Keep my plan';
  if (kind === 'downgrade') return `Change on ${formatDate(effectiveOn)}`;
  return due.amount === 0 ? 'Change now' : `Change now · pay ${formatMoney(due.amount, due.currency)}`;
}

function Preview({ change }: { change: Change }) {
  if (change.kind === 'keep') return <p className={stack.plain}>The change that you planned is forgotten.</p>;
  if (change.kind === 'downgrade') {
    return (
      <p className={stack.plain}>
        {change.plan.name} begins on {formatDate(change.effectiveOn)}, when what you have paid for is used. Nothing is
        charged now.
      </p>
    );
  }
  return (
    <KeyValueList
      items={[
        ...change.lines.map(({ name, amount }) => ({ label: name, value: <MoneyText {...amount} /> })),
        { label: 'To pay now', value: <MoneyText {...change.due} /> },
      ]}
    />
  );
}
