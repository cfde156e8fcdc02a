import { forbidden } from 'next/navigation';
import { may } from '#server/context/actor.ts';
import { type ConsolePath, consolePages } from '../../components/console/pages.ts';
import { type Person, requireConsole } from '../session.ts';

/** The person, if they may open this page of the console (`at` is where exactly); others see which permission they lack. */
export async function requirePage(page: ConsolePath, at: string = page): Promise<Person> {
  const person = await requireConsole(at);
  const needed = consolePages.find(({ href }) => href === page)?.permission;
  if (!needed || !may(person, needed)) forbidden();
  return person;
}
