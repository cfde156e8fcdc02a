import { StatePill } from '../../values/state-pill.tsx';
import type { Tone } from '../../values/tones.ts';

const outcomes: Record<string, { tone: Tone; word: string }> = {
  ok: { tone: 'ok', word: 'Done' },
  refused: { tone: 'warn', word: 'Refused' },
  failed: { tone: 'bad', word: 'Failed' },
};

export function OutcomePill({ outcome }: { outcome: string }) {
  const known = outcomes[outcome];
  if (!known) return <StatePill state={outcome} />;
  return (
    <StatePill state={outcome} tone={known.tone}>
      {known.word}
    </StatePill>
  );
}
