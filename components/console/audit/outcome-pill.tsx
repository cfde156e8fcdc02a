import type { AuditEntry } from '../../api/console/shapes.ts';
import { StatePill } from '../../values/state-pill.tsx';
import type { Tone } from '../../values/tones.ts';

const outcomes: Record<string, { tone: Tone; word: string }> = {
  ok: { tone: 'ok', word: 'Done' },
  refused: { tone: 'warn', word: 'Refused' },
  failed: { tone: 'bad', word: 'Failed' },
};

/** What is asked for here and done elsewhere: whether it was done is another entry, or the payment's own. */
const asked = new Set(['payment.refund', 'order.place', 'transfer.request', 'payment.open']);

export function OutcomePill({ entry: { action, outcome } }: { entry: Pick<AuditEntry, 'action' | 'outcome'> }) {
  const known = outcomes[outcome];
  if (!known) return <StatePill state={outcome} />;
  const isAsked = outcome === 'ok' && asked.has(action);
  return (
    <StatePill state={outcome} tone={isAsked ? 'info' : known.tone}>
      {isAsked ? 'Asked for' : known.word}
    </StatePill>
  );
}
