import type { Metadata } from 'next';
import { Main } from '../../components/page/main.tsx';
import { Home } from '../../components/portal/home.tsx';
import { requireMember } from '../session.ts';

export const metadata: Metadata = { title: 'Home' };

export default async function HomePage() {
  await requireMember('/');
  return (
    <Main width="wide">
      <Home />
    </Main>
  );
}
