import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { demoSignIns } from '#server/access/demo.ts';
import { endOfSession } from '#server/access/queries/sessions.ts';
import { currentApp } from '#server/context/app.ts';
import { safePath } from '../../../components/forms/safe-path.ts';
import { SignIn } from '../../../components/portal/sign-in.tsx';
import { currentPerson } from '../../session.ts';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: PageProps<'/signin'>) {
  const { callbackUrl } = await searchParams;
  const person = await currentPerson();
  // Already signed in: on to where they wanted to go (a path of ours, so the cast only tells typed routes so).
  if (person) redirect(safePath(typeof callbackUrl === 'string' ? callbackUrl : null) as '/');
  const end = await endOfSession(currentApp(), (await headers()).get('cookie'));
  return <SignIn end={end} demo={demoSignIns(currentApp())} />;
}
