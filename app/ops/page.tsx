import type { Metadata } from 'next';
import { Overview } from '../../components/console/overview/overview.tsx';
import { Main } from '../../components/page/main.tsx';
import { requirePage } from './guard.ts';

export const metadata: Metadata = { title: 'Overview' };

export default async function OverviewPage() {
  await requirePage('/ops');
  return (
    <Main width="full">
      <Overview />
    </Main>
  );
}
