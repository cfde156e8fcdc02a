import type { Metadata } from 'next';
import { OrdersPage } from '../../../components/console/orders/orders-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Orders' };

export default async function AllOrdersPage() {
  await requirePage('/ops/orders');
  return (
    <Main width="full">
      <OrdersPage />
    </Main>
  );
}
