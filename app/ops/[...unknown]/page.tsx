import { notFound } from 'next/navigation';
import { requireConsole } from '../../session.ts';

/** An address below `/ops` that is no page: its 404 stands inside the console. */
export default async function UnknownPage(): Promise<never> {
  await requireConsole('/ops');
  notFound();
}
