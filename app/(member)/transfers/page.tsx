import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Transfers } from '../../../components/portal/transfers/transfers.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Transfers' };

export default async function TransfersPage() {
  await requireMember('/transfers');
  return (
    <Main>
      <Transfers />
    </Main>
  );
}
