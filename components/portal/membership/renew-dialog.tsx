'use client';

import { type Membership, renew } from '../../api/memberships.ts';
import stack from '../../page/stack.module.css';
import { formatDate, formatMoney } from '../../values/format.ts';
import { PayDialog } from './pay-dialog.tsx';
import { lastDay } from './period-bar.tsx';

/** Pays for the next period. */
export default function RenewDialog({
  membership,
  renewal,
  onClose,
}: {
  membership: Membership;
  renewal: NonNullable<Membership['renewal']>;
  onClose: () => void;
}) {
  const { amount, currency } = renewal.amount;
  return (
    <PayDialog
      title="Renew your membership"
      label={`Pay ${formatMoney(amount, currency)}`}
      pay={(paymentMethod, key) => renew(membership.id, paymentMethod, key)}
      onClose={onClose}
    >
      <p className={stack.plain}>
        {renewal.plan.name}, from {formatDate(renewal.period.from)} to {formatDate(lastDay(renewal.period.to))}.
      </p>
    </PayDialog>
  );
}
