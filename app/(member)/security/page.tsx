import type { Metadata } from 'next';
import { Main } from '../../../components/page/main.tsx';
import { Security } from '../../../components/portal/security.tsx';
import { requirePerson } from '../../session.ts';

export const metadata: Metadata = { title: 'Security' };

export default async function SecurityPage() {
  const person = await requirePerson('/security');
  return (
    <Main>
      <Security isMember={person.memberId !== null} />
    </Main>
  );
}
