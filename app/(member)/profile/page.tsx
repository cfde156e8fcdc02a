import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Profile } from '../../../components/portal/profile.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Profile' };

export default async function ProfilePage() {
  await requireMember('/profile');
  return (
    <Main>
      <Profile />
    </Main>
  );
}
