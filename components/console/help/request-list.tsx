'use client';

import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import type { HelpRequest, HelpStatus } from '../../api/console/shapes.ts';
import { type Column, DataTable } from '../../data/data-table.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { wordsOf } from '../../values/format.ts';
import { RelativeTime } from '../../values/relative-time.tsx';
import classes from './help.module.css';
import { MemberLink } from './member-link.tsx';

const topic: Column<HelpRequest> = {
  id: 'topic',
  header: 'Topic',
  width: '12%',
  cell: (request) => wordsOf(request.topic),
};
const member: Column<HelpRequest> = {
  id: 'member',
  header: 'Member',
  width: '24%',
  text: true,
  cell: (request) => <MemberLink request={request} />,
};
const message: Column<HelpRequest> = {
  id: 'message',
  header: 'Message',
  text: true,
  cell: (request) => <span className={classes.line}>{request.message}</span>,
  hideBelow: 'md',
};
const asked = (header: string): Column<HelpRequest> => ({
  id: 'asked',
  header,
  width: '12%',
  align: 'end',
  cell: (request) => <RelativeTime at={request.createdAt} className={classes.time ?? ''} />,
});
const closed: Column<HelpRequest> = {
  id: 'closed',
  header: 'Closed',
  width: '12%',
  align: 'end',
  cell: (request) => (request.closedAt ? <RelativeTime at={request.closedAt} className={classes.time ?? ''} /> : '–'),
};

const openColumns = (onClose: (request: HelpRequest) => void): Column<HelpRequest>[] => [
  topic,
  member,
  message,
  asked('Waiting since'),
  {
    id: 'close',
    header: 'Action',
    width: '8%',
    align: 'end',
    cell: (request) => (
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Close the request of ${request.memberName}`}
        onClick={() => onClose(request)}
      >
        Close
      </Button>
    ),
    hideBelow: 'sm',
  },
];
const closedColumns = [topic, member, message, asked('Asked'), closed];

/** The list as it was read, page by page. */
interface Pages {
  error: unknown;
  refetch: () => unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Requests one by one, in the order in which they were made: the longest waiting first. */
export function RequestList({
  status,
  narrowed,
  list,
  rows,
  openId,
  onOpen,
  onClose,
}: {
  status: HelpStatus;
  /** To one member. */
  narrowed: boolean;
  list: Pages;
  rows: HelpRequest[] | undefined;
  openId: string;
  onOpen: (id: string) => void;
  /** The person wants to close it. */
  onClose: (request: HelpRequest) => void;
}) {
  return (
    <DataTable
      caption="Help requests"
      columns={status === 'open' ? openColumns(onClose) : closedColumns}
      rows={rows}
      rowId={(request) => request.id}
      rowLabel={(request) => `${wordsOf(request.topic)}, ${request.memberName}`}
      onOpen={(request) => onOpen(request.id)}
      openId={openId}
      error={list.error}
      onRetry={() => void list.refetch()}
      hasMore={list.hasNextPage}
      loadingMore={list.isFetchingNextPage}
      onMore={() => void list.fetchNextPage()}
      empty={
        <EmptyState
          title={status === 'open' ? 'Nobody waits for help' : 'Nothing closed yet'}
          icon={<IconCircleCheck size={22} stroke={1.75} />}
        >
          {emptyText(status, narrowed)}
        </EmptyState>
      }
    />
  );
}

function emptyText(status: HelpStatus, narrowed: boolean): string {
  if (narrowed) return `This member has no ${status} request.`;
  return status === 'open' ? 'What members ask appears here by itself.' : 'What was answered is kept here.';
}
