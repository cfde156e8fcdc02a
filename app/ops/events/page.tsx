import type { Metadata } from 'next';
import { EventsPage } from '../../../components/console/events/events-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Events' };

export default async function AllEventsPage() {
  await requirePage('/ops/events');
  return (
    <Main width="full">
      <EventsPage />
    </Main>
  );
}
