import type { Metadata } from 'next';
import { Main } from '../../../../components/page/main.tsx';
import { Apply } from '../../../../components/portal/loans/apply.tsx';
import { requireMember } from '../../../session.ts';

export const metadata: Metadata = { title: 'Apply for a loan' };

export default async function ApplyPage() {
  await requireMember('/loans/apply');
  return (
    <Main>
      <Apply />
    </Main>
  );
}
