import type { ReactNode } from 'react';
import { permissionsOf } from '#server/context/actor.ts';
import { currentApp } from '#server/context/app.ts';
import { ConsoleFrame } from '../../components/console/console-frame.tsx';
import { currentPerson } from '../session.ts';

/** Each page asks for itself who may see it (a layout is kept between pages): this only chooses the navigation. */
export default async function OpsLayout({ children }: { children: ReactNode }) {
  const person = await currentPerson();
  const permissions = person ? [...permissionsOf(person)] : [];
  return (
    <ConsoleFrame permissions={permissions} environment={currentApp().settings.GUILDHALL_MODE}>
      {children}
    </ConsoleFrame>
  );
}
