import type { Metadata } from 'next';
import { PaymentPage } from '../../../../components/console/payments/payment-page.tsx';
import { Main } from '../../../../components/page/main.tsx';
import { requirePage } from '../../guard.ts';

export const metadata: Metadata = { title: 'Payment' };

export default async function OnePaymentPage({ params }: PageProps<'/ops/payments/[id]'>) {
  const { id } = await params;
  await requirePage('/ops/payments', `/ops/payments/${id}`);
  return (
    <Main width="full">
      <PaymentPage id={id} />
    </Main>
  );
}
