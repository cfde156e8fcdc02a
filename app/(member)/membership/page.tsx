import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Membership } from '../../../components/portal/membership.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Membership' };

export default async function MembershipPage() {
  await requireMember('/membership');
  return (
    <Main>
      <Membership />
    </Main>
  );
}
