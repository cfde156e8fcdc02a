import type { Metadata } from 'next';
import { LoansPage } from '../../../components/console/loans/loans-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Loans' };

export default async function AllLoansPage() {
  await requirePage('/ops/loans');
  return (
    <Main width="full">
      <LoansPage />
    </Main>
  );
}
