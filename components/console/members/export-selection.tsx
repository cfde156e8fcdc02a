'use client';

import { Button } from '@mantine/core';
import { type MemberSort, selectionCsvUrl } from '../../api/console/directory.ts';
import { formatNumber } from '../../values/format.ts';
import { useMay } from '../permissions.tsx';

/** What one address holds, and what the server takes. */
const most = 200;

/** The selected members as CSV. */
export function ExportSelection({ ids, sort }: { ids: string[]; sort: MemberSort }) {
  const may = useMay();
  if (!may('members:export')) return null;
  if (ids.length > most) {
    return (
      <Button variant="default" disabled>
        Export at most {formatNumber(most)} at once
      </Button>
    );
  }
  return (
    <Button component="a" href={selectionCsvUrl(ids, sort)} download variant="default">
      Export {formatNumber(ids.length)} as CSV
    </Button>
  );
}
