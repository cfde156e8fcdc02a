'use client';

import { SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { helpKey, helpQuery } from '../../api/console/help.ts';
import { consoleOverviewKey } from '../../api/console/overview.ts';
import type { HelpRequest, HelpStatus } from '../../api/console/shapes.ts';
import { FilterBar } from '../../data/filter-bar.tsx';
import { useFilters } from '../../data/filters.ts';
import { PageHeader } from '../../page/page-header.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { Freshness } from '../../values/live-dot.tsx';
import { CloseDialog } from './close-dialog.tsx';
import { RequestDrawer } from './request-drawer.tsx';
import { RequestList } from './request-list.tsx';
import { useNewHelp } from './use-new-help.ts';

const views: { value: HelpStatus; label: string }[] = [
  { value: 'open', label: 'Open' },
  { value: 'closed', label: 'Closed' },
];

/** What members asked: read it, answer them, close it. */
export function HelpPage() {
  // Whatever else changes, the drawer closes: what it shows may no longer be in the list.
  const { values, set } = useFilters(['status', 'memberId', 'request'], ['request']);
  const { memberId = '', request = '' } = values;
  const status: HelpStatus = values.status === 'closed' ? 'closed' : 'open';
  const list = useInfiniteQuery(helpQuery({ status, ...(memberId ? { memberId } : {}) }));
  const [closing, setClosing] = useState<HelpRequest | null>(null);
  useNewHelp();
  const client = useQueryClient();
  const announce = useAnnounce();
  const replied = ({ memberName }: HelpRequest, closed: boolean) => {
    void client.invalidateQueries({ queryKey: helpKey });
    void client.invalidateQueries({ queryKey: consoleOverviewKey });
    announce(closed ? `Answered and closed: the request of ${memberName}` : `Answered: ${memberName}`);
    if (closed) set('request', '');
  };
  const rows = list.data?.pages.flatMap((page) => page.data);
  const member = rows?.[0]?.memberName ?? `…${memberId.slice(-8)}`;
  return (
    <>
      <PageHeader
        title="Help requests"
        freshness={<Freshness at={list.dataUpdatedAt || null} />}
        actions={
          <SegmentedControl
            aria-label="Show"
            size="xs"
            data={views}
            value={status}
            onChange={(next) => set('status', next === 'closed' ? next : '')}
          />
        }
      />
      {memberId ? (
        <FilterBar
          filters={[{ name: 'memberId', label: 'Member', options: [{ value: memberId, label: member }] }]}
          values={{ memberId }}
          onChange={set}
          onClear={() => set('memberId', '')}
        />
      ) : null}
      <RequestList
        status={status}
        narrowed={memberId !== ''}
        list={list}
        rows={rows}
        openId={request}
        onOpen={(id) => set('request', id)}
        onClose={setClosing}
      />
      <RequestDrawer
        request={rows?.find(({ id }) => id === request) ?? null}
        onReplied={replied}
        onCloseRequest={setClosing}
        onClose={() => set('request', '')}
      />
      {closing ? (
        <CloseDialog request={closing} onDone={() => set('request', '')} onClose={() => setClosing(null)} />
      ) : null}
    </>
  );
}
