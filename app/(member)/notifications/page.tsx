import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Notifications } from '../../../components/portal/notifications.tsx';
import { requirePerson } from '../../session.ts';

export const metadata: Metadata = { title: 'Notifications' };

export default async function NotificationsPage() {
  await requirePerson('/notifications');
  return (
    <Main>
      <Notifications />
    </Main>
  );
}
