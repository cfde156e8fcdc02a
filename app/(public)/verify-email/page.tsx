import type { Metadata } from 'next';
import { anonymous } from '#server/context/actor.ts';
import { currentApp } from '#server/context/app.ts';
import { createContext } from '#server/context/context.ts';
import { verificationQuestion } from '#server/members/queries/verification.ts';
import { VerifyEmail } from '../../../components/portal/verify-email.tsx';
import { currentPerson } from '../../session.ts';

// The token stands in the address: it must not travel on in a Referer.
export const metadata: Metadata = { title: 'Confirm your e-mail', referrer: 'no-referrer' };

/** Looks at the link and uses nothing up: programs that open the links of a mail must not. */
export default async function VerifyEmailPage({ searchParams }: PageProps<'/verify-email'>) {
  const { token } = await searchParams;
  const person = await currentPerson();
  const ctx = createContext(currentApp(), { actor: person ?? anonymous, source: 'portal' });
  const link = typeof token === 'string' && token !== '' ? token : null;
  const question = link === null ? null : await verificationQuestion(ctx, link);
  return <VerifyEmail token={link} question={question} signedIn={person !== null} />;
}
