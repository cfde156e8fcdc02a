import type { Metadata } from 'next';
import { AccountPage } from '../../../../../components/console/ledger/account-page.tsx';
import { Main } from '../../../../../components/page/main.tsx';
import { requirePage } from '../../../guard.ts';

export const metadata: Metadata = { title: 'Account' };

export default async function OneAccountPage({ params }: PageProps<'/ops/ledger/accounts/[id]'>) {
  const { id } = await params;
  await requirePage('/ops/ledger', `/ops/ledger/accounts/${id}`);
  return (
    <Main width="full">
      <AccountPage id={id} />
    </Main>
  );
}
