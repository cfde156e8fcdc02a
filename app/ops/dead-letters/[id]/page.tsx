import type { Metadata } from 'next';
import { DeadLetterPage } from '../../../../components/console/dead-letters/dead-letter-page.tsx';
import { Main } from '../../../../components/page/main.tsx';
import { requirePage } from '../../guard.ts';

export const metadata: Metadata = { title: 'Dead letter' };

export default async function OneDeadLetterPage({ params }: PageProps<'/ops/dead-letters/[id]'>) {
  const { id } = await params;
  await requirePage('/ops/dead-letters', `/ops/dead-letters/${id}`);
  return (
    <Main width="wide">
      <DeadLetterPage id={id} />
    </Main>
  );
}
