import type { Metadata } from 'next';
import { PaymentsPage } from '../../../components/console/payments/payments-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Payments' };

export default async function AllPaymentsPage() {
  await requirePage('/ops/payments');
  return (
    <Main width="full">
      <PaymentsPage />
    </Main>
  );
}
