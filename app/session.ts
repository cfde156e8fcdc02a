import type { Route } from 'next';
import { headers } from 'next/headers';
import { forbidden, redirect } from 'next/navigation';
import { authenticate } from '#server/access/authenticate.ts';
import { type Actor, may } from '#server/context/actor.ts';
import { currentApp } from '#server/context/app.ts';

export type Person = Extract<Actor, { kind: 'user' }>;

/** The person behind this request's cookie, or null. Pages use it to choose what to show; the API checks for itself. */
export async function currentPerson(): Promise<Person | null> {
  const actor = await authenticate(currentApp(), { cookie: (await headers()).get('cookie'), authorization: null });
  return actor.kind === 'user' ? actor : null;
}

/** Somebody who is signed in; others go to sign in and come back to `path`. */
export async function requirePerson(path: string): Promise<Person> {
  const person = await currentPerson();
  if (!person) redirect(path === '/' ? '/signin' : `/signin?callbackUrl=${encodeURIComponent(path)}`);
  return person;
}

/** A member. Staff who are not members have nothing in the portal: they go to the console. */
export async function requireMember(path: string): Promise<Person & { memberId: string }> {
  const person = await requirePerson(path);
  if (person.memberId === null) redirect('/ops' as Route);
  return { ...person, memberId: person.memberId };
}

/** Somebody who may open the console; others see the 403 page. */
export async function requireConsole(path: string): Promise<Person> {
  const person = await requirePerson(path);
  if (!may(person, 'console:open')) forbidden();
  return person;
}
