import type { Metadata } from 'next';
import { VerifyEmail } from '../../../components/portal/verify-email.tsx';
import { currentPerson } from '../../session.ts';

// The token stands in the address: it must not travel on in a Referer.
export const metadata: Metadata = { title: 'Confirm your e-mail', referrer: 'no-referrer' };

export default async function VerifyEmailPage() {
  return <VerifyEmail signedIn={(await currentPerson()) !== null} />;
}
