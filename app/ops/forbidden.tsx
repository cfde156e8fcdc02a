import type { Metadata } from 'next';
import { ForbiddenPage } from '../../components/console/forbidden-page.tsx';

export const metadata: Metadata = { title: 'Not allowed' };

export default function OpsForbidden() {
  return <ForbiddenPage />;
}
