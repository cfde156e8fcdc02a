import type { Metadata } from 'next';
import { currentApp } from '#server/context/app.ts';
import { SagaPage } from '../../../../components/console/sagas/saga-page.tsx';
import { Main } from '../../../../components/page/main.tsx';
import { requirePage } from '../../guard.ts';

export const metadata: Metadata = { title: 'Saga' };

export default async function OneSagaPage({ params }: PageProps<'/ops/sagas/[id]'>) {
  const { id } = await params;
  await requirePage('/ops/sagas', `/ops/sagas/${id}`);
  return (
    <Main width="full">
      <SagaPage id={id} demo={currentApp().settings.GUILDHALL_MODE === 'demo'} />
    </Main>
  );
}
