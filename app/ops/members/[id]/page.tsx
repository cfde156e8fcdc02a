import type { Metadata } from 'next';
import { MemberPage } from '../../../../components/console/member/member-page.tsx';
import { Main } from '../../../../components/page/main.tsx';
import { requirePage } from '../../guard.ts';

// The name is personal: it does not go into the browser's history.
export const metadata: Metadata = { title: 'Member' };

export default async function OneMemberPage({ params }: PageProps<'/ops/members/[id]'>) {
  const { id } = await params;
  await requirePage('/ops/members', `/ops/members/${id}`);
  return (
    <Main width="full">
      <MemberPage id={id} />
    </Main>
  );
}
