import type { Metadata } from 'next';
import { AuditPage } from '../../../components/console/audit/audit-page.tsx';
import { Main } from '../../../components/page/main.tsx';
import { requirePage } from '../guard.ts';

export const metadata: Metadata = { title: 'Audit' };

export default async function AuditOpsPage() {
  await requirePage('/ops/audit');
  return (
    <Main width="full">
      <AuditPage />
    </Main>
  );
}
