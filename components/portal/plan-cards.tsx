'use client';

import type { ReactNode } from 'react';
import type { Plan } from '../api/shapes.ts';
import { EmptyState } from '../page/empty-state.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { Skeleton } from '../page/skeleton.tsx';
import { MoneyText } from '../values/money-text.tsx';
import classes from './plan-cards.module.css';

const periodOf = (months: number) =>
  months === 12
    ? 'a year'
    : months === 1
      ? 'a month'
      : months % 12 === 0
        ? `every ${months / 12} years`
        : `every ${months} months`;

/** The plans as radio buttons that look like cards. */
export function PlanCards({
  plans,
  failed,
  onRetry,
  value,
  onChange,
  error,
}: {
  plans: Plan[] | undefined;
  failed: Error | null;
  onRetry: () => void;
  value: string;
  onChange: (id: string) => void;
  error?: ReactNode;
}) {
  if (failed) return <ErrorState what="The plans could not be loaded" error={failed} onRetry={onRetry} />;
  if (plans?.length === 0) return <EmptyState title="There are no plans to join at the moment" />;
  return (
    <fieldset className={classes.plans} aria-describedby={error ? 'plan-error' : undefined}>
      <legend className={classes.legend}>Plan</legend>
      <div className={classes.grid}>
        {plans
          ? plans.map((plan) => (
              <label key={plan.id} className={classes.plan}>
                <input
                  type="radio"
                  name="plan"
                  className={classes.radio}
                  value={plan.id}
                  checked={value === plan.id}
                  onChange={() => onChange(plan.id)}
                  data-path="planId"
                  aria-labelledby={`plan-${plan.id}-name`}
                  aria-describedby={`plan-${plan.id}-price plan-${plan.id}-about`}
                />
                <span className={classes.name} id={`plan-${plan.id}-name`}>
                  {plan.name}
                </span>
                <span className={classes.price} id={`plan-${plan.id}-price`}>
                  <strong>
                    <MoneyText {...plan.price} />
                  </strong>{' '}
                  {periodOf(plan.periodMonths)}
                </span>
                <span className={classes.about} id={`plan-${plan.id}-about`}>
                  {plan.description}
                </span>
              </label>
            ))
          : [1, 2, 3].map((card) => <Skeleton key={card} height={150} />)}
      </div>
      {error ? (
        <p className={classes.error} id="plan-error">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}
