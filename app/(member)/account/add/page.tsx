import type { Metadata } from 'next';
import { Main } from '../../../../components/page/main.tsx';
import { AddMoney } from '../../../../components/portal/account/add-money.tsx';
import { requireMember } from '../../../session.ts';

export const metadata: Metadata = { title: 'Add money' };

export default async function AddMoneyPage() {
  await requireMember('/account/add');
  return (
    <Main>
      <AddMoney />
    </Main>
  );
}
