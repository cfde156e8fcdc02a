import type { Metadata } from 'next';
import { EventPage } from '../../../../components/console/events/event-page.tsx';
import { Main } from '../../../../components/page/main.tsx';
import { requirePage } from '../../guard.ts';

export const metadata: Metadata = { title: 'Event' };

export default async function OneEventPage({ params }: PageProps<'/ops/events/[id]'>) {
  const { id } = await params;
  await requirePage('/ops/events', `/ops/events/${id}`);
  return (
    <Main width="wide">
      <EventPage id={id} />
    </Main>
  );
}
