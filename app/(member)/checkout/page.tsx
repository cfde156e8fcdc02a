import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Checkout } from '../../../components/portal/checkout/checkout.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Checkout' };

export default async function CheckoutPage({ searchParams }: PageProps<'/checkout'>) {
  const { plan } = await searchParams;
  await requireMember(typeof plan === 'string' ? `/checkout?plan=${encodeURIComponent(plan)}` : '/checkout');
  return (
    <Main width="wide">
      <Checkout />
    </Main>
  );
}
