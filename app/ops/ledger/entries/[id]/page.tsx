import type { Metadata } from 'next';
import { EntryPage } from '../../../../../components/console/ledger/entry-page.tsx';
import { Main } from '../../../../../components/page/main.tsx';
import { requirePage } from '../../../guard.ts';

export const metadata: Metadata = { title: 'Entry' };

export default async function OneEntryPage({ params }: PageProps<'/ops/ledger/entries/[id]'>) {
  const { id } = await params;
  await requirePage('/ops/ledger', `/ops/ledger/entries/${id}`);
  return (
    <Main width="full">
      <EntryPage id={id} />
    </Main>
  );
}
