'use client';

import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ReasonDialog } from '../../actions/reason-dialog.tsx';
import { useIntent } from '../../api/intent.ts';
import { decideLoan, type Loan, loanKeys, writeOffLoan } from '../../api/loans.ts';
import { Card } from '../../page/card.tsx';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';
import { formatMoney } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import classes from './loans.module.css';

type Asked = 'approve' | 'reject' | 'write-off';

const said = { approve: 'Approved', reject: 'Rejected', write_off: 'Write-off' };

/** What was decided, by whom and why, and what may be decided now; it invites to approve only who has `read` the answers. */
export function DecisionCard({ loan, read }: { loan: Loan; read: boolean }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const { may, decisions } = loan;
  const waits = loan.status === 'applied' || loan.status === 'awaiting_second';
  return (
    <Card id="decision" title="Decision">
      <div className={stack.fields}>
        {waits && loan.needsTwo ? (
          <Notice tone={loan.status === 'awaiting_second' ? 'warn' : 'info'} title="Two people decide on this amount">
            {loan.status === 'awaiting_second'
              ? 'One has agreed. A second, different person must agree before it is paid out.'
              : 'It is paid out when a second, different person has agreed too.'}
          </Notice>
        ) : null}
        {may.why ? <p className={`${stack.plain} ${classes.dim}`}>{may.why}</p> : null}
        {may.decide && !read ? (
          <p className={`${stack.plain} ${classes.dim}`}>
            You have not read the answers. Reveal them first: the score is made of them, and cannot tell what is behind.
          </p>
        ) : null}
        {may.decide || may.writeOff ? (
          <div className={stack.actions}>
            {may.decide ? (
              <>
                <Button size="sm" variant={read ? 'filled' : 'default'} onClick={() => setAsked('approve')}>
                  {approveWords(loan)}
                </Button>
                <Button size="sm" variant="default" onClick={() => setAsked('reject')}>
                  Reject…
                </Button>
              </>
            ) : null}
            {may.writeOff ? (
              <Button size="sm" variant="default" onClick={() => setAsked('write-off')}>
                {wasProposed(loan) ? 'Agree to write it off…' : 'Propose to write it off…'}
              </Button>
            ) : null}
          </div>
        ) : null}
        {decisions.length > 0 ? (
          <ul className={classes.log}>
            {decisions.map((one) => (
              <li key={`${one.kind} ${one.at}`}>
                {said[one.kind]} by {one.mine ? 'you' : one.by}, <RelativeTime at={one.at} />
                {one.reason ? <p className={classes.dim}>{one.reason}</p> : null}
              </li>
            ))}
          </ul>
        ) : waits ? null : (
          <p className={`${stack.plain} ${classes.dim}`}>Nobody had to decide.</p>
        )}
      </div>
      {asked ? <Ask loan={loan} asked={asked} onClose={() => setAsked(null)} /> : null}
    </Card>
  );
}

const wasProposed = ({ decisions }: Loan) => decisions.some(({ kind }) => kind === 'write_off');

function approveWords(loan: Loan): string {
  const amount = formatMoney(loan.amount.amount, loan.amount.currency);
  return loan.needsTwo && loan.status === 'applied' ? `Agree to ${amount}…` : `Approve and pay out ${amount}…`;
}

function Ask({ loan, asked, onClose }: { loan: Loan; asked: Asked; onClose: () => void }) {
  const client = useQueryClient();
  const intent = useIntent();
  const paysOut = asked === 'approve' && !(loan.needsTwo && loan.status === 'applied');
  const amount = formatMoney(loan.amount.amount, loan.amount.currency);
  const words = {
    approve: {
      title: `Approve ${loan.number}`,
      confirm: paysOut ? `Pay out ${amount}` : `Agree to ${amount}`,
      about: paysOut
        ? `${amount} goes to the member’s account at once. This is not taken back.`
        : 'Nothing is paid out yet: a second person must agree.',
    },
    reject: {
      title: `Reject ${loan.number}`,
      confirm: `Reject ${loan.number}`,
      about: 'The member is told that it is not granted. Your reason stays here.',
    },
    'write-off': {
      title: `Write off ${loan.number}`,
      confirm: wasProposed(loan) ? `Write off ${loan.number}` : 'Propose it',
      about: wasProposed(loan)
        ? `All of ${loan.owed ? formatMoney(loan.owed.amount, loan.owed.currency) : 'it'} is given up, as a loss. This is not taken back.`
        : 'Nothing happens yet: a second person must agree.',
    },
  }[asked];
  const work = (reason: string) =>
    intent({ asked, reason }, (key) =>
      asked === 'write-off' ? writeOffLoan(loan.id, reason, key) : decideLoan(loan.id, asked, reason, key),
    );
  return (
    <ReasonDialog
      title={words.title}
      confirm={words.confirm}
      danger={asked !== 'approve'}
      work={async (reason) => client.setQueryData(loanKeys.one(loan.id), await work(reason))}
      onDone={() => void client.invalidateQueries({ queryKey: loanKeys.all })}
      onClose={onClose}
    >
      {words.about}
    </ReasonDialog>
  );
}
