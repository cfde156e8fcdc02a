'use client';

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { accountQuery } from '../api/accounts.ts';
import { useIntent } from '../api/intent.ts';
import { memberKeys, resign } from '../api/members.ts';
import { membershipKeys } from '../api/memberships.ts';
import { TextArea } from '../forms/text-area.tsx';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Dialog } from '../page/dialog.tsx';
import { Failure } from '../page/failure.tsx';
import { Notice } from '../page/notice.tsx';
import stack from '../page/stack.module.css';
import { formatMoney } from '../values/format.ts';
import { resignWords } from './resign-words.ts';

/** Says what it means and from when, asks why, and ends the membership. `covered`: until when something is paid for. */
export default function ResignDialog({ covered, onClose }: { covered: string | null; onClose: () => void }) {
  const client = useQueryClient();
  const intent = useIntent();
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { reason: '' },
    validate: {},
  });
  const leave = useMutation({
    mutationFn: (reason: string) => intent({ reason }, (key) => resign(reason, key)),
    onSuccess: (result) => {
      client.setQueryData(memberKeys.one('me'), result);
      void client.invalidateQueries({ queryKey: memberKeys.timeline('me') });
      void client.invalidateQueries({ queryKey: membershipKeys.mine });
      onClose();
    },
    onError: (error) => void showErrorsOf(error),
  });
  return (
    <Dialog onClose={onClose} title="Resign from your membership?">
      <form noValidate aria-label="Resign" onSubmit={submit(({ reason }) => leave.mutate(reason.trim()))}>
        <div className={stack.fields}>
          <p className={stack.plain}>{resignWords(covered)}</p>
          <MoneyLeft />
          <TextArea
            label="Why are you leaving? (optional)"
            description="It helps us to do better."
            maxLength={500}
            rows={3}
            data-autofocus
            {...form.getInputProps('reason')}
          />
          {leave.isError && Object.keys(form.errors).length === 0 ? (
            <Failure title="You have not resigned" error={leave.error} />
          ) : null}
        </div>
        <div className={`${stack.actions} ${stack.end}`}>
          <Button variant="default" onClick={onClose}>
            Stay a member
          </Button>
          <Button type="submit" color="red" loading={leave.isPending}>
            Resign now
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What stands on the account stays theirs; better said before than found out after. */
function MoneyLeft() {
  const { data: account } = useQuery(accountQuery());
  if (!account || account.balance.amount <= 0) return null;
  const { amount, currency } = account.balance;
  return (
    <Notice title={`You have ${formatMoney(amount, currency)} on your account`}>
      It stays yours: you can still sign in, send it to another member, or ask us to pay it out.
    </Notice>
  );
}
