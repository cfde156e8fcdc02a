import type { Metadata } from 'next';
import { LedgerPage } from '../../../components/console/ledger/ledger-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Ledger' };

export default async function WholeLedgerPage() {
  await requirePage('/ops/ledger');
  return (
    <Main width="full">
      <LedgerPage />
    </Main>
  );
}
