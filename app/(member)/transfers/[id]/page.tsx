import type { Metadata } from 'next';
import { Main } from '../../../../components/page/main.tsx';
import { TransferPage } from '../../../../components/portal/transfers/transfer-page.tsx';
import { requireMember } from '../../../session.ts';

export const metadata: Metadata = { title: 'Transfer' };

export default async function OneTransferPage({ params }: PageProps<'/transfers/[id]'>) {
  const { id } = await params;
  await requireMember(`/transfers/${id}`);
  return (
    <Main>
      <TransferPage id={id} />
    </Main>
  );
}
