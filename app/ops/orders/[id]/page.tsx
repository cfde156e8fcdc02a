import type { Metadata } from 'next';
import { currentApp } from '#server/context/app.ts';
import { OrderPage } from '../../../../components/console/orders/order-page.tsx';
import { Main } from '../../../../components/page/main.tsx';
import { requirePage } from '../../guard.ts';

export const metadata: Metadata = { title: 'Order' };

export default async function OneOrderPage({ params }: PageProps<'/ops/orders/[id]'>) {
  const { id } = await params;
  await requirePage('/ops/orders', `/ops/orders/${id}`);
  return (
    <Main width="full">
      <OrderPage id={id} demo={currentApp().settings.GUILDHALL_MODE === 'demo'} />
    </Main>
  );
}
