import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { AccountPage } from '../../../components/portal/account/account.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Account' };

export default async function MyAccountPage() {
  await requireMember('/account');
  return (
    <Main>
      <AccountPage />
    </Main>
  );
}
