import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Orders } from '../../../components/portal/orders/orders.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Orders' };

export default async function OrdersPage() {
  await requireMember('/orders');
  return (
    <Main>
      <Orders />
    </Main>
  );
}
