'use client';

import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { refundPayment } from '../../api/console/payments.ts';
import type { StaffPayment } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import * as rules from '../../forms/field-rules.ts';
import { TextArea } from '../../forms/text-area.tsx';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Dialog } from '../../page/dialog.tsx';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { parseAmount } from '../../values/amount.ts';
import { formatMoney } from '../../values/format.ts';

/** Gives back all or part of what is left (minor units) of a payment, for a reason. */
export function RefundDialog({
  payment,
  left,
  onDone,
  onClose,
}: {
  payment: StaffPayment;
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
        return amount < 1 || amount > left ? `From €0.01 to ${most}` : null;
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
          <TextArea
            label="Reason"
            description="Kept in the audit trail."
            rows={3}
            maxLength={500}
            {...form.getInputProps('reason')}
          />
          {refund.isError && Object.keys(form.errors).length === 0 ? (
            <Notice tone="bad" title="Nothing was given back">
              {messageOf(refund.error)}
            </Notice>
          ) : null}
        </div>
        <div className={`${stack.actions} ${stack.end}`}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red" loading={refund.isPending}>
            {amount !== null && amount > 0 ? `Refund ${formatMoney(amount, currency)}` : 'Refund'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
