import type { Metadata } from 'next';
import { AccessPage } from '../../../components/console/access/access-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Access' };

export default async function AccessOpsPage() {
  await requirePage('/ops/access');
  return (
    <Main width="full">
      <AccessPage />
    </Main>
  );
}
