'use client';

import { Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmByTyping } from '../../actions/confirm-by-typing.tsx';
import type { StaffMember } from '../../api/console/shapes.ts';
import { messageOf } from '../../api/problem.ts';
import { Dialog } from '../../page/dialog.tsx';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';

/** Erasing destroys the person's data key: it cannot be taken back, so the number is typed first. */
export function EraseDialog({
  member,
  erase,
  onClose,
}: {
  member: StaffMember;
  erase: (reason: string) => Promise<void>;
  onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const work = useMutation({ mutationFn: erase, onSuccess: onClose });
  return (
    <Dialog onClose={onClose} title={`Erase ${member.givenName} ${member.familyName}`}>
      <ConfirmByTyping
        expected={member.number}
        what="the number of this member"
        confirm="Erase this person"
        pending={work.isPending}
        onConfirm={() => {
          if (reason.trim() === '') setMissing(true);
          else work.mutate(reason.trim());
        }}
      >
        <Notice tone="warn" title="This cannot be taken back">
          Their key is destroyed: name, contact and birth date become unreadable here, in every event and in every
          backup, and are removed from the other systems. Numbers and money records stay.
        </Notice>
        <div className={stack.fields}>
          <Textarea
            label="Reason"
            description="Kept in the audit trail. Do not name the person."
            rows={2}
            maxLength={500}
            data-autofocus
            value={reason}
            error={missing && reason.trim() === '' ? 'Give a reason' : null}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {work.isError ? (
            <Notice tone="bad" title="Nothing was erased">
              {messageOf(work.error)}
            </Notice>
          ) : null}
        </div>
      </ConfirmByTyping>
    </Dialog>
  );
}
