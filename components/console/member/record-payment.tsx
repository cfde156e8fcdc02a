'use client';

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { type Invoice, invoicePlan, type Received, recordPayment } from '../../api/console/invoices.ts';
import type { StaffMember } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { memberKeys } from '../../api/members.ts';
import { plansQuery } from '../../api/plans.ts';
import type { Plan } from '../../api/shapes.ts';
import * as rules from '../../forms/field-rules.ts';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Dialog } from '../../page/dialog.tsx';
import { DialogFoot } from '../../page/dialog-foot.tsx';
import stack from '../../page/stack.module.css';
import { useAnnounce } from '../../shell/announcer.tsx';
import { formatMoney } from '../../values/format.ts';
import { useMay } from '../permissions.tsx';

const methods = [
  { value: 'bank_transfer', label: 'Bank transfer' },
  { value: 'cheque', label: 'Cheque' },
  { value: 'employer', label: 'Their employer paid' },
] satisfies { value: Received['method']; label: string }[];

/** Whoever waits for a plan to be paid: money that came another way begins it. */
const waitsForMoney = ({ status }: StaffMember) => ['pending', 'grace', 'lapsed'].includes(status);

/** The button beside "Not paid yet"; nothing for whom there is nothing to record. */
export function RecordPayment({ member }: { member: StaffMember }) {
  const may = useMay();
  const [asking, setAsking] = useState(false);
  if (!may('payments:record') || !waitsForMoney(member)) return null;
  return (
    <>
      <Button size="compact-sm" variant="default" mt={12} onClick={() => setAsking(true)}>
        Record a payment
      </Button>
      {asking ? <PaymentDialog member={member} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

const planOption = ({ id, name, price }: Plan) => ({
  value: id,
  label: `${name}, ${formatMoney(price.amount, price.currency)}`,
});

interface Values {
  planId: string;
  method: string;
  receivedOn: string;
  reference: string;
}

/** Money that came by bank transfer, by cheque or from an employer: an invoice for the plan, and its payment, in full. */
function PaymentDialog({ member, onClose }: { member: StaffMember; onClose: () => void }) {
  const client = useQueryClient();
  const announce = useAnnounce();
  const invoicing = useIntent();
  const recording = useIntent();
  // Made and not paid yet: trying again pays this one.
  const made = useRef<{ planId: string; invoice: Invoice } | null>(null);
  const plans = useQuery(plansQuery());
  const { form, submit, showErrorsOf } = useValidatedForm<Values>({
    initialValues: {
      planId: member.plan.id,
      method: 'bank_transfer',
      receivedOn: new Date().toISOString().slice(0, 10),
      reference: '',
    },
    validate: {
      receivedOn: rules.required('Enter the day on which it arrived'),
      reference: rules.required('Enter what the statement says'),
    },
    validateInputOnBlur: false,
  });
  const record = useMutation({
    mutationFn: async ({ planId, method, receivedOn, reference }: Values) => {
      if (made.current?.planId !== planId) {
        const asked = { memberId: member.id, planId };
        made.current = { planId, invoice: await invoicing(asked, (key) => invoicePlan(asked, key)) };
      }
      const { id, total } = made.current.invoice;
      // The list offers no other.
      const input = { method: method as Received['method'], amount: total.amount, receivedOn, reference };
      await recording({ id, ...input }, (key) => recordPayment(id, input, key));
      return made.current.invoice;
    },
    onSuccess: ({ number }) => {
      void client.invalidateQueries({ queryKey: memberKeys.one(member.id) });
      announce(`Recorded: ${number} is paid`);
      onClose();
    },
    onError: (error) => void showErrorsOf(error),
  });
  const name = `${member.givenName} ${member.familyName}`;
  const plan = plans.data?.data.find(({ id }) => id === form.values.planId);
  const price = plan ? formatMoney(plan.price.amount, plan.price.currency) : null;
  return (
    <Dialog onClose={onClose} title={`Record a payment from ${name}`}>
      <form
        noValidate
        aria-label={`Record a payment from ${name}`}
        onSubmit={submit((values) => record.mutate(values))}
      >
        <div className={stack.fields}>
          <p className={`${stack.plain} ${stack.dim}`}>
            {price ? `${price} from ${name}, ${member.number}, in full.` : `From ${name}, ${member.number}.`} The
            membership begins as soon as it is recorded, and the invoice and the receipt go out by mail.
          </p>
          <NativeSelect
            label="For"
            data={plans.data?.data.map(planOption) ?? [{ value: member.plan.id, label: member.plan.name }]}
            {...form.getInputProps('planId')}
          />
          <div className={stack.pair}>
            <NativeSelect label="It came by" data={methods} {...form.getInputProps('method')} />
            <TextInput label="Received on" type="date" {...form.getInputProps('receivedOn')} />
          </div>
          <TextInput
            label="Reference"
            description="As it stands on the statement or the cheque."
            maxLength={120}
            {...form.getInputProps('reference')}
          />
        </div>
        <DialogFoot
          confirm={price ? `Record ${price}` : 'Record'}
          pending={record.isPending}
          failure="No payment was recorded"
          error={Object.keys(form.errors).length === 0 ? record.error : null}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
