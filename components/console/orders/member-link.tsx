'use client';

import type { Route } from 'next';
import Link from 'next/link';
import { useMay } from '../permissions.tsx';

interface Owner {
  memberId: string;
  memberNumber: string | null;
  memberName: string | null;
}

/** Who it belongs to: `Ada Okoro · M-004211`, or the number alone of somebody who was erased; a link for whoever may open them. */
export function MemberLink({ of: { memberId, memberNumber, memberName } }: { of: Owner }) {
  const may = useMay();
  const name = [memberName, memberNumber].filter(Boolean).join(' · ');
  return may('members:open') ? <Link href={`/ops/members/${memberId}` as Route}>{name}</Link> : <span>{name}</span>;
}

/** A list that shows one member's alone: the chip that says so. */
export function memberFilter(memberId: string, [first]: ReadonlyArray<Pick<Owner, 'memberName'>> = []) {
  if (!memberId) return [];
  const label = first?.memberName ?? `…${memberId.slice(-8)}`;
  return [{ name: 'memberId', label: 'Member', options: [{ value: memberId, label }] }];
}
