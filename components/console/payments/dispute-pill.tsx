import type { Dispute } from '../../api/console/shapes.ts';
import { wordsOf } from '../../values/format.ts';
import { StatePill } from '../../values/state-pill.tsx';

/** The gateway's word for it, and whether the money is gone. */
export function DisputePill({ dispute: { status, withdrawn, reinstated } }: { dispute: Dispute }) {
  const tone = status === 'won' || reinstated ? 'ok' : status === 'lost' ? 'bad' : 'warn';
  const money = reinstated ? 'money is back' : withdrawn ? 'money is gone' : 'money is here';
  return (
    <StatePill state={status} tone={tone}>
      {wordsOf(status)}, {money}
    </StatePill>
  );
}
