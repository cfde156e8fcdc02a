import type { Route } from 'next';
import Link from 'next/link';
import type { HelpRequest } from '../../api/console/shapes.ts';
import classes from './help.module.css';

/** Name and number of who asks; opens their record. */
export function MemberLink({ request }: { request: HelpRequest }) {
  return (
    <Link href={`/ops/members/${request.memberId}` as Route}>
      {request.memberName} <span className={`mono ${classes.number}`}>{request.memberNumber}</span>
    </Link>
  );
}
