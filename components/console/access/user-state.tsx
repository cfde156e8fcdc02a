import type { User } from '../../api/console/shapes.ts';
import { StatePill } from '../../values/state-pill.tsx';

/** Disabled by a person, locked after too many wrong passwords, or active. */
export function UserState({ user }: { user: User }) {
  if (user.disabledAt) return <StatePill state="disabled" tone="bad" />;
  if (user.lockedUntil) return <StatePill state="locked" tone="warn" />;
  return <StatePill state="active" />;
}
