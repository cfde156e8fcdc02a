'use client';

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
import { ReplyForm } from './reply-form.tsx';

/** One request: what was written, by whom, what was answered, and answering it. */
export function RequestDrawer({
  request,
  onReplied,
  onCloseRequest,
  onClose,
}: {
  request: HelpRequest | null;
  onReplied: (request: HelpRequest, closed: boolean) => void;
  onCloseRequest: (request: HelpRequest) => void;
  onClose: () => void;
}) {
  return (
    <DetailDrawer opened={request !== null} onClose={onClose} title="Help request">
      {request ? (
        <Detail
          key={request.id}
          request={request}
          onReplied={(closed) => onReplied(request, closed)}
          onCloseRequest={() => onCloseRequest(request)}
        />
      ) : null}
    </DetailDrawer>
  );
}

function Detail({
  request,
  onReplied,
  onCloseRequest,
}: {
  request: HelpRequest;
  onReplied: (closed: boolean) => void;
  onCloseRequest: () => void;
}) {
  const open = request.status === 'open';
  return (
    <div className={stack.fields}>
      <p className={classes.message}>{request.message}</p>
      {request.replies.map((reply) => (
        <figure key={reply.id} className={classes.reply}>
          <blockquote className={classes.message}>{reply.text}</blockquote>
          <figcaption className={`${stack.small} ${stack.dim}`}>
            Answered by {reply.author ?? 'an API client'} <RelativeTime at={reply.createdAt} />
          </figcaption>
        </figure>
      ))}
      <KeyValueList
        items={[
          { label: 'Member', value: <MemberLink request={request} /> },
          { label: 'Reference', value: <span className="mono">{request.reference}</span> },
          { label: 'Topic', value: wordsOf(request.topic) },
          {
            label: 'State',
            value: <State request={request} />,
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
      {open ? <ReplyForm request={request} onSent={onReplied} onClose={onCloseRequest} /> : null}
    </div>
  );
}

function State({ request: { status, replies } }: { request: HelpRequest }) {
  if (status === 'closed') return <StatePill state="closed" tone="neutral" />;
  if (replies.length === 0) return <StatePill state="waiting" />;
  return (
    <StatePill state="answered" tone="info">
      Answered, still open
    </StatePill>
  );
}
