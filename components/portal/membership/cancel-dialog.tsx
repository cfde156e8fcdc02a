'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useIntent } from '../../api/intent.ts';
import { cancelMembership, type Membership, membershipKeys } from '../../api/memberships.ts';
import * as rules from '../../forms/field-rules.ts';
import { TextArea } from '../../forms/text-area.tsx';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Dialog } from '../../page/dialog.tsx';
import { Failure } from '../../page/failure.tsx';
import stack from '../../page/stack.module.css';
import { formatDate } from '../../values/format.ts';

/** Ends the membership when what is paid for is used. */
export default function CancelDialog({ membership, onClose }: { membership: Membership; onClose: () => void }) {
  const client = useQueryClient();
  const intent = useIntent();
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { reason: '' },
    validate: { reason: rules.required('Tell us in a few words') },
  });
  const cancelling = useMutation({
    mutationFn: (reason: string) => intent({ reason }, (key) => cancelMembership(membership.id, reason, key)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: membershipKeys.mine });
      onClose();
    },
    onError: (error) => void showErrorsOf(error),
  });
  return (
    <Dialog onClose={onClose} title="Cancel your membership?">
      <form noValidate aria-label="Cancel" onSubmit={submit(({ reason }) => cancelling.mutate(reason.trim()))}>
        <div className={stack.fields}>
          <p className={stack.plain}>
            It runs until {formatDate(membership.paidUntil)}, and nothing more is charged. Until then you can take it
            back.
          </p>
          <TextArea
            label="Why do you cancel?"
            description="It helps us to do better."
            rows={3}
            data-autofocus
            {...form.getInputProps('reason')}
          />
          {cancelling.isError && Object.keys(form.errors).length === 0 ? (
            <Failure title="It is not cancelled" error={cancelling.error} />
          ) : null}
        </div>
        <div className={`${stack.actions} ${stack.end}`}>
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button type="submit" color="red" loading={cancelling.isPending}>
            Cancel for {formatDate(membership.paidUntil)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
