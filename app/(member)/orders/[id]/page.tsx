import type { Metadata } from 'next';
import { Main } from '../../../../components/page/main.tsx';
import { OrderPage } from '../../../../components/portal/orders/order-page.tsx';
import { requireMember } from '../../../session.ts';

export const metadata: Metadata = { title: 'Order' };

export default async function OneOrderPage({ params }: PageProps<'/orders/[id]'>) {
  const { id } = await params;
  await requireMember(`/orders/${id}`);
  return (
    <Main>
      <OrderPage id={id} />
    </Main>
  );
}
