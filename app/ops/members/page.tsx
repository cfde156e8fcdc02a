import type { Metadata } from 'next';
import { Directory } from '../../../components/console/members/directory.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Members' };

export default async function MembersPage() {
  await requirePage('/ops/members');
  return (
    <Main width="full">
      <Directory />
    </Main>
  );
}
