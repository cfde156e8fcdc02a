'use client';

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { markRefundSent } from '../../api/console/payments.ts';
import type { Refund } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { messageOf } from '../../api/problem.ts';
import { useAnnounce } from '../../shell/announcer.tsx';
import { formatMoney } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { codeWords, refundCodeWords } from './event-words.ts';
import classes from './payments.module.css';

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

/** What goes or has gone back of a payment. `onSent`: for whoever may say that what is pending was sent by bank. */
export function RefundList({ refunds, onSent }: { refunds: readonly Refund[]; onSent?: (() => void) | undefined }) {
  return (
    <ul className={classes.refunds}>
      {refunds.map((refund) => (
        <li key={refund.id} className={classes.refund}>
          <span className={classes.amount}>
            <MoneyText {...refund.amount} />
          </span>
          <StatePill state={refund.status} tone={refund.status === 'requested' ? 'info' : undefined} />
          <span className={classes.why}>
            {sentence(codeWords(refund.cause))}
            {refund.reason ? ` · “${refund.reason}”` : null}
            {refund.failureCode ? ` · refused: ${refundCodeWords(refund.failureCode)}` : null}
          </span>
          <RelativeTime at={refund.createdAt} className={classes.dim ?? ''} />
          {onSent && refund.status === 'pending' ? <SentButton refund={refund} onSent={onSent} /> : null}
        </li>
      ))}
    </ul>
  );
}

function SentButton({ refund, onSent }: { refund: Refund; onSent: () => void }) {
  const intent = useIntent();
  const announce = useAnnounce();
  const amount = formatMoney(refund.amount.amount, refund.amount.currency);
  const send = useMutation({
    mutationFn: () => intent(refund.id, (key) => markRefundSent(refund.id, key)),
    onSuccess: () => {
      announce(`${amount} is marked as sent`);
      onSent();
    },
    onError: (error) => announce(`Not marked. ${messageOf(error)}`),
  });
  return (
    <Button size="compact-sm" variant="default" loading={send.isPending} onClick={() => send.mutate()}>
      Mark {amount} sent
    </Button>
  );
}
