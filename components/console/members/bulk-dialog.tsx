'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { noteStatus } from '../../api/console/directory.ts';
import { actOnMember } from '../../api/console/member.ts';
import type { MemberRow } from '../../api/console/shapes.ts';
import { messageOf } from '../../api/problem.ts';
import * as rules from '../../forms/field-rules.ts';
import { TextArea } from '../../forms/text-area.tsx';
import { useValidatedForm } from '../../forms/use-validated-form.ts';
import { Dialog } from '../../page/dialog.tsx';
import { DialogFoot } from '../../page/dialog-foot.tsx';
import stack from '../../page/stack.module.css';
import { wordsOf } from '../../values/format.ts';
import { counted } from '../rate.ts';
import { type BulkAction, partedFor } from './bulk-rules.ts';
import classes from './directory.module.css';

interface Result {
  id: string;
  /** null: done. */
  problem: string | null;
}

/** Says whom it will be done to and asks why; does it one after the other, and says of each what came of it. */
export function BulkDialog({
  bulk,
  rows,
  onClose,
}: {
  bulk: BulkAction;
  rows: MemberRow[];
  onClose: (done: boolean) => void;
}) {
  const client = useQueryClient();
  // Whom it was meant for when the dialog opened: the list behind it is read again.
  const [{ fit, left }] = useState(() => partedFor(bulk, rows));
  const [results, setResults] = useState<Result[]>([]);
  const { form, submit } = useValidatedForm({
    initialValues: { reason: '' },
    validate: { reason: rules.required('Give a reason') },
  });
  const work = useMutation({
    mutationFn: async (reason: string) => {
      for (const { id } of fit) {
        const problem = await actOnMember(id, bulk.action, reason, crypto.randomUUID()).then(({ status }) => {
          noteStatus(client, id, status);
          return null;
        }, messageOf);
        setResults((before) => [...before, { id, problem }]);
      }
    },
  });
  const done = work.isSuccess;
  const title = `${bulk.label}: ${counted(fit.length, 'member')}`;
  return (
    <Dialog title={title} size="lg" onClose={() => (work.isPending ? undefined : onClose(done))}>
      <form noValidate aria-label={title} onSubmit={submit(({ reason }) => work.mutate(reason.trim()))}>
        <div className={stack.fields}>
          <div className={stack.dim}>{bulk.about}</div>
          <ul className={classes.bulk} aria-label="Members">
            {[...fit, ...left].map((row) => (
              <li key={row.id}>
                <span>
                  {row.givenName} {row.familyName} <span className="mono">{row.number}</span>
                </span>
                <span role="status">
                  {left.includes(row)
                    ? `Left out: ${wordsOf(row.status).toLowerCase()}`
                    : resultText(results.find(({ id }) => id === row.id))}
                </span>
              </li>
            ))}
          </ul>
          {done || fit.length === 0 ? null : (
            <TextArea
              label="Reason"
              description="Kept in the audit trail of each."
              rows={2}
              maxLength={500}
              data-autofocus
              {...form.getInputProps('reason')}
            />
          )}
        </div>
        <DialogFoot
          confirm={done || fit.length === 0 ? null : title}
          danger={bulk.danger}
          pending={work.isPending}
          cancel={done ? 'Close' : 'Cancel'}
          onCancel={work.isPending ? null : () => onClose(done)}
        />
      </form>
    </Dialog>
  );
}

const resultText = (result: Result | undefined) => (result ? (result.problem ?? 'Done') : '');
