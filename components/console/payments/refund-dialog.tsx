'use client';

import { TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { orderQuery } from '../../api/console/orders.ts';
import { refundPayment } from '../../api/console/payments.ts';
import type { StaffPayment } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import * as rules from '../../forms/field-rules.ts';
import { TextArea } from '../../forms/text-area.tsx';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Dialog } from '../../page/dialog.tsx';
import { DialogFoot } from '../../page/dialog-foot.tsx';
import { Notice } from '../../page/notice.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { parseAmount } from '../../values/amount.ts';
import { formatMoney } from '../../values/format.ts';
import { useMay } from '../permissions.tsx';
import { consequencesOf } from './consequences.ts';

/** Gives back all or part of what is left (minor units) of a payment, for a reason; says first what else ends with it. */
export function RefundDialog({
  payment,
  orderId,
  left,
  onDone,
  onClose,
}: {
  payment: Pick<StaffPayment, 'id' | 'number' | 'amount'> & { method: string };
  /** What it paid for; null for anything but an order. */
  orderId: string | null;
  left: number;
  onDone: () => void;
  onClose: () => void;
}) {
  const { currency } = payment.amount;
  const most = formatMoney(left, currency);
  const intent = useIntent();
  const announce = useAnnounce();
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { amount: (left / 100).toFixed(2), reason: '' },
    validate: {
      amount: (text) => {
        const amount = parseAmount(text);
        if (amount === null) return 'Enter an amount, such as 129.00';
        return amount < 1 || amount > left ? `From ${formatMoney(1, currency)} to ${most}` : null;
      },
      reason: rules.required('Give a reason'),
    },
  });
  const amount = parseAmount(form.values.amount);
  const refund = useMutation({
    mutationFn: (input: { amount: number; reason: string }) =>
      intent({ id: payment.id, ...input }, (key) => refundPayment(payment.id, input, key)),
    onSuccess: (made) => {
      announce(`${formatMoney(made.amount.amount, made.amount.currency)} of ${payment.number} goes back`);
      onDone();
      onClose();
    },
    onError: (error) => void showErrorsOf(error),
  });
  return (
    <Dialog title={`Refund ${payment.number}`} onClose={onClose}>
      <form
        noValidate
        aria-label={`Refund ${payment.number}`}
        onSubmit={submit((values) =>
          refund.mutate({ amount: parseAmount(values.amount) ?? 0, reason: values.reason.trim() }),
        )}
      >
        <div className={stack.fields}>
          <p className={`${stack.plain} ${stack.dim}`}>
            {most} of {formatMoney(payment.amount.amount, currency)} is left.{' '}
            {payment.method === 'card'
              ? 'It goes back to the card, which takes the bank some days. A refund cannot be taken back.'
              : 'It did not come by card: the transfer is yours to make. Then mark it sent, and the books say that it has gone back.'}
          </p>
          <TextInput
            label={`Amount in ${currency}`}
            inputMode="decimal"
            autoComplete="off"
            data-autofocus
            {...form.getInputProps('amount')}
          />
          {orderId === null ? null : <Consequences orderId={orderId} whole={amount === left} />}
          <TextArea
            label="Reason"
            description="Kept in the audit trail."
            rows={3}
            maxLength={500}
            {...form.getInputProps('reason')}
          />
        </div>
        <DialogFoot
          confirm={amount !== null && amount > 0 ? `Refund ${formatMoney(amount, currency)}` : 'Refund'}
          danger
          pending={refund.isPending}
          failure="Nothing was given back"
          error={Object.keys(form.errors).length === 0 ? refund.error : null}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

/** What becomes of what was bought. */
function Consequences({ orderId, whole }: { orderId: string; whole: boolean }) {
  const may = useMay();
  const { data, error } = useQuery({ ...orderQuery(orderId), enabled: may('orders:read') });
  if (error || !may('orders:read')) {
    return (
      <Notice tone="warn" title="What it paid for could not be loaded">
        When all of it goes back, a membership that it paid for ends, and a parcel that was not sent stays here.
      </Notice>
    );
  }
  if (!data) return <TextSkeleton lines={2} />;
  return consequencesOf(data, whole).map(({ tone, title, about }) => (
    <Notice key={title} tone={tone} title={title} live>
      {about}
    </Notice>
  ));
}
