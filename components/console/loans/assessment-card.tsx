import type { Loan } from '../../api/loans.ts';
import { Card } from '../../page/card.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import classes from './loans.module.css';

const advice = {
  strong: { label: 'Strong', tone: 'ok' },
  look_closely: { label: 'Look closely', tone: 'warn' },
  weak: { label: 'Weak', tone: 'bad' },
} as const;

/** What the answers come to, part by part. It advises; a person decides. */
export function AssessmentCard({ assessment }: { assessment: NonNullable<Loan['assessment']> }) {
  const { label, tone } = advice[assessment.advice];
  return (
    <Card id="score" title="Score">
      <p className={classes.total}>
        <span className={classes.points}>
          {assessment.points} of {assessment.max}
        </span>
        <StatePill state={assessment.advice} tone={tone}>
          {label}
        </StatePill>
        <span className={classes.dim}>It advises. You decide.</span>
      </p>
      <ul className={classes.parts}>
        {assessment.parts.map((part) => (
          <li key={part.id} className={classes.part}>
            <span>{part.label}</span>
            <span className={classes.number}>
              {part.points} of {part.max}
            </span>
            <span className={classes.meter} aria-hidden>
              <span className={classes.bar} style={{ width: `${(100 * part.points) / part.max}%` }} />
            </span>
            <span className={classes.dim}>{part.why}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
