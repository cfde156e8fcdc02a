'use client';

import { Button } from '@mantine/core';
import type { Route } from 'next';
import Link from 'next/link';
import type { HelpRequest } from '../../api/console/shapes.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import stack from '../../page/stack.module.css';
import { wordsOf } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import classes from './help.module.css';
import { MemberLink } from './member-link.tsx';

/** One request: what was written, by whom, and closing it. */
export function RequestDrawer({
  request,
  onCloseRequest,
  onClose,
}: {
  request: HelpRequest | null;
  onCloseRequest: (request: HelpRequest) => void;
  onClose: () => void;
}) {
  return (
    <DetailDrawer opened={request !== null} onClose={onClose} title="Help request">
      {request ? <Detail request={request} onCloseRequest={onCloseRequest} /> : null}
    </DetailDrawer>
  );
}

function Detail({ request, onCloseRequest }: { request: HelpRequest; onCloseRequest: (request: HelpRequest) => void }) {
  const open = request.status === 'open';
  return (
    <div className={stack.fields}>
      <p className={classes.message}>{request.message}</p>
      <KeyValueList
        items={[
          { label: 'Member', value: <MemberLink request={request} /> },
          { label: 'Topic', value: wordsOf(request.topic) },
          {
            label: 'State',
            value: <StatePill state={open ? 'waiting' : 'closed'} {...(open ? {} : { tone: 'neutral' })} />,
          },
          { label: open ? 'Waiting since' : 'Asked', value: <RelativeTime at={request.createdAt} /> },
          ...(request.closedAt ? [{ label: 'Closed', value: <RelativeTime at={request.closedAt} /> }] : []),
          {
            label: open ? 'Asked before' : 'Asks now',
            value: (
              <Link href={`/ops/help?${open ? 'status=closed&' : ''}memberId=${request.memberId}` as Route}>
                {open ? 'Their closed requests' : 'Their open requests'}
              </Link>
            ),
          },
        ]}
      />
      {open ? (
        <div className={stack.actions}>
          <Button onClick={() => onCloseRequest(request)}>Close request</Button>
        </div>
      ) : null}
    </div>
  );
}
