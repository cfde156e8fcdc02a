import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Shop } from '../../../components/portal/shop/shop.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Shop' };

export default async function ShopPage() {
  await requireMember('/shop');
  return (
    <Main width="wide">
      <Shop />
    </Main>
  );
}
