import type { Route } from 'next';
import Link from 'next/link';

/** Who it belongs to, by the end of their id: the list names nobody, so that reading it is not reading members. */
export function MemberLink({ id }: { id: string }) {
  return (
    <Link href={`/ops/members/${id}` as Route}>
      <span className="mono">…{id.slice(-8)}</span>
    </Link>
  );
}
