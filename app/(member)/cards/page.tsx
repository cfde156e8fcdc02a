import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Cards } from '../../../components/portal/cards/cards.tsx';
import { requireMember } from '../../session.ts';

export const metadata: Metadata = { title: 'Cards' };

export default async function CardsPage() {
  await requireMember('/cards');
  return (
    <Main>
      <Cards />
    </Main>
  );
}
