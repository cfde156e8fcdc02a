'use client';

import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useIntent } from '../api/intent.ts';
import { memberKeys, resign } from '../api/members.ts';
import { messageOf } from '../api/problem.ts';
import * as rules from '../forms/field-rules.ts';
import { TextArea } from '../forms/text-area.tsx';
import { useValidatedForm } from '../forms/use-validated-form.ts';
import { Dialog } from '../page/dialog.tsx';
import { Notice } from '../page/notice.tsx';
import stack from '../page/stack.module.css';

/** Asks why, and ends the membership. */
export default function ResignDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const intent = useIntent();
  const { form, submit, showErrorsOf } = useValidatedForm({
    initialValues: { reason: '' },
    validate: { reason: rules.required('Tell us in a few words') },
  });
  const leave = useMutation({
    mutationFn: (reason: string) => intent({ reason }, (key) => resign(reason, key)),
    onSuccess: (result) => {
      client.setQueryData(memberKeys.one('me'), result);
      void client.invalidateQueries({ queryKey: memberKeys.timeline('me') });
      onClose();
    },
    onError: (error) => void showErrorsOf(error),
  });
  return (
    <Dialog onClose={onClose} title="Resign from your membership?">
      <form noValidate aria-label="Resign" onSubmit={submit(({ reason }) => leave.mutate(reason.trim()))}>
        <div className={stack.fields}>
          <TextArea
            label="Why are you leaving?"
            description="It helps us to do better."
            rows={3}
            data-autofocus
            {...form.getInputProps('reason')}
          />
          {leave.isError && Object.keys(form.errors).length === 0 ? (
            <Notice tone="bad" title="You have not resigned">
              {messageOf(leave.error)}
            </Notice>
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
