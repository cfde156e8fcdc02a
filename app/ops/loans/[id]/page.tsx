import type { Metadata } from 'next';
import { LoanPage } from '../../../../components/console/loans/loan-page.tsx';
import { Main } from '../../../../components/page/main.tsx';
import { requirePage } from '../../guard.ts';

export const metadata: Metadata = { title: 'Loan' };

export default async function OneLoanPage({ params }: PageProps<'/ops/loans/[id]'>) {
  const { id } = await params;
  await requirePage('/ops/loans', `/ops/loans/${id}`);
  return (
    <Main width="full">
      <LoanPage id={id} />
    </Main>
  );
}
