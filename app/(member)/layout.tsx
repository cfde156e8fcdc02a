import type { ReactNode } from 'react';
import { PortalShell } from '../../components/shell/portal-shell.tsx';
import { currentPerson } from '../session.ts';

/** Each page asks for itself who may see it (a layout is kept between pages): this only chooses the navigation. */
export default async function MemberLayout({ children }: { children: ReactNode }) {
  const person = await currentPerson();
  return <PortalShell isMember={person?.memberId != null}>{children}</PortalShell>;
}
