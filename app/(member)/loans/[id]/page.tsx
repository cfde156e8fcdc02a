import type { Metadata } from 'next';
import { Main } from '../../../../components/page/main.tsx';
import { LoanPage } from '../../../../components/portal/loans/loan-page.tsx';
import { requireMember } from '../../../session.ts';

export const metadata: Metadata = { title: 'Loan' };

export default async function OneLoanPage({ params }: PageProps<'/loans/[id]'>) {
  const { id } = await params;
  await requireMember(`/loans/${id}`);
  return (
    <Main>
      <LoanPage id={id} />
    </Main>
  );
}
