import type { Metadata } from 'next';
import { DeadLettersPage } from '../../../components/console/dead-letters/dead-letters-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Dead letters' };

export default async function AllDeadLettersPage() {
  await requirePage('/ops/dead-letters');
  return (
    <Main width="full">
      <DeadLettersPage />
    </Main>
  );
}
