import type { Metadata } from 'next';
import { Renew } from '../../../components/portal/renew/renew.tsx';

// The token stands in the address: it must not travel on in a Referer.
export const metadata: Metadata = { title: 'Renew your membership', referrer: 'no-referrer' };

/** Shows only: programs that open the links of a mail must not renew anything. */
export default async function RenewPage({ searchParams }: PageProps<'/renew'>) {
  const { token } = await searchParams;
  return <Renew token={typeof token === 'string' && token !== '' ? token : null} />;
}
