import type { LoanRow } from '../../api/loans.ts';
import { StatePill } from '../../values/state-pill.tsx';
import type { Tone } from '../../values/tones.ts';

export const loanStates: Record<LoanRow['status'], { label: string; tone: Tone }> = {
  applied: { label: 'Applied', tone: 'info' },
  awaiting_second: { label: 'Second person needed', tone: 'warn' },
  active: { label: 'Active', tone: 'ok' },
  in_arrears: { label: 'In arrears', tone: 'bad' },
  settled: { label: 'Settled', tone: 'neutral' },
  rejected: { label: 'Rejected', tone: 'neutral' },
  withdrawn: { label: 'Withdrawn', tone: 'neutral' },
  written_off: { label: 'Written off', tone: 'neutral' },
};

export function LoanPill({ status }: Pick<LoanRow, 'status'>) {
  const { label, tone } = loanStates[status];
  return (
    <StatePill state={status} tone={tone}>
      {label}
    </StatePill>
  );
}
