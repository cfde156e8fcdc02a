import Link from 'next/link';
import { EmptyState } from '../../page/empty-state.tsx';

/** Where an account is not there yet, or not any more. */
export function NoAccount({ closed }: { closed: boolean }) {
  return closed ? (
    <EmptyState title="Your account is closed">
      <Link href="/help">Write to us</Link> if you did not expect that.
    </EmptyState>
  ) : (
    <EmptyState title="Your account is being opened">This takes a few seconds. It shows up here by itself.</EmptyState>
  );
}
