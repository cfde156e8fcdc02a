import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Help } from '../../../components/portal/help.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Help' };

export default async function HelpPage() {
  await requireMember('/help');
  return (
    <Main>
      <Help />
    </Main>
  );
}
