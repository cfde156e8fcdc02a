import type { Metadata } from 'next';
import { HelpPage } from '../../../components/console/help/help-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Help requests' };

export default async function HelpRequestsPage() {
  await requirePage('/ops/help');
  return (
    <Main width="full">
      <HelpPage />
    </Main>
  );
}
