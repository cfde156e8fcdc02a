import type { Metadata } from 'next';
import { Main } from '../../../../components/page/main.tsx';
import { CheckoutReturn } from '../../../../components/portal/checkout/checkout-return.tsx';
import { requireMember } from '../../../session.ts';

export const metadata: Metadata = { title: 'Your payment' };

export default async function CheckoutReturnPage({ searchParams }: PageProps<'/checkout/return'>) {
  const { payment } = await searchParams;
  const query = typeof payment === 'string' ? `?payment=${encodeURIComponent(payment)}` : '';
  await requireMember(`/checkout/return${query}`);
  return (
    <Main>
      <CheckoutReturn />
    </Main>
  );
}
