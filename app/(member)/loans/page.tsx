import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Loans } from '../../../components/portal/loans/loans.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Loans' };

export default async function LoansPage() {
  await requireMember('/loans');
  return (
    <Main>
      <Loans />
    </Main>
  );
}
