'use client';

import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ReasonDialog } from '../../actions/reason-dialog.tsx';
import { type Loan, type RevealedAnswers, revealAnswers } from '../../api/loans.ts';
import { Card } from '../../page/card.tsx';
import { formatMoney } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { useMay } from '../permissions.tsx';

/** Clear answers stay on screen this long, in milliseconds. */
const shownFor = 60_000;

/** What the applicant answered: masked, and on a reason clear for a minute; `onRead` runs when they are. */
export function AnswersCard({ loan, onRead }: { loan: Loan; onRead: () => void }) {
  const may = useMay();
  const [clear, setClear] = useState<RevealedAnswers | null>(null);
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (clear === null) return;
    const timer = setTimeout(() => setClear(null), shownFor);
    return () => clearTimeout(timer);
  }, [clear]);
  const shown = ({ kind, value }: RevealedAnswers[number]) =>
    kind === 'money' && typeof value === 'number' ? formatMoney(value, loan.amount.currency) : value;
  return (
    <Card
      id="answers"
      title="Answers"
      aside={
        may('members:reveal') ? (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => (clear === null ? setAsking(true) : setClear(null))}
          >
            {clear === null ? 'Reveal answers' : 'Hide answers'}
          </Button>
        ) : null
      }
    >
      <KeyValueList
        empty="Not answered"
        items={(clear ?? loan.answers).map((answer) => ({ label: answer.label, value: shown(answer) }))}
      />
      {asking ? (
        <ReasonDialog
          title="Reveal the answers"
          confirm="Reveal answers"
          work={async (reason) => {
            setClear(await revealAnswers(loan.id, reason));
            onRead();
          }}
          onClose={() => setAsking(false)}
        >
          They are shown for a minute. Who looked, and why, is logged.
        </ReasonDialog>
      ) : null}
    </Card>
  );
}
