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
    <Dialog onClose={onClose} title={`Let it end on ${formatDate(membership.paidUntil)}?`}>
      <form noValidate aria-label="Do not renew" onSubmit={submit(({ reason }) => cancelling.mutate(reason.trim()))}>
        <div className={stack.fields}>
          <p className={stack.plain}>
            You stay a member until then. It is not renewed, and nothing more is charged. Until that day you can change
            your mind.
          </p>
          <TextArea
            label="Why do you not renew?"
            description="It helps us to do better."
            rows={3}
            data-autofocus
            {...form.getInputProps('reason')}
          />
          {cancelling.isError && Object.keys(form.errors).length === 0 ? (
            <Failure title="Nothing was changed" error={cancelling.error} />
          ) : null}
        </div>
        <div className={`${stack.actions} ${stack.end}`}>
          <Button variant="default" onClick={onClose}>
            Keep renewing
          </Button>
          <Button type="submit" color="red" loading={cancelling.isPending}>
            Do not renew
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
