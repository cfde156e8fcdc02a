'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { PageHeader } from '../../page/page-header.tsx';
import { DeadLetterView } from './dead-letter-view.tsx';

/** One dead letter as a page of its own. */
export function DeadLetterPage({ id }: { id: string }) {
  return (
    <>
      <PageHeader title="Dead letter" above={<Link href={'/ops/dead-letters' as Route}>Dead letters</Link>} />
      <DeadLetterView id={id} />
    </>
  );
}
