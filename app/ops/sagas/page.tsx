import type { Metadata } from 'next';
import { SagasPage } from '../../../components/console/sagas/sagas-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Sagas' };

export default async function AllSagasPage() {
  await requirePage('/ops/sagas');
  return (
    <Main width="full">
      <SagasPage />
    </Main>
  );
}
