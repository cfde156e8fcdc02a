import type { Metadata } from 'next';
import { ResetPassword } from '../../../components/portal/reset-password.tsx';

// The token stands in the address: it must not travel on in a Referer.
export const metadata: Metadata = { title: 'Choose a new password', referrer: 'no-referrer' };

export default function ResetPasswordPage() {
  return <ResetPassword />;
}
