'use client';

import { useQuery } from '@tanstack/react-query';
import { helpRequestsQuery } from '../api/members.ts';
import type { OwnHelpRequest } from '../api/shapes.ts';
import { Card } from '../page/card.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { TextSkeleton } from '../page/skeletons.tsx';
import stack from '../page/stack.module.css';
import { RelativeTime } from '../values/relative-time.tsx';
import { StatePill } from '../values/state-pill.tsx';
import classes from './help.module.css';
import { topicWords } from './help-topics.ts';

/** What the member asked and what was answered, the newest first and unfolded. */
export function HelpQuestions() {
  const { data, isError, error, refetch } = useQuery(helpRequestsQuery());
  return (
    <Card id="questions" title="Your questions">
      {data?.data.length === 0 ? (
        <p className={`${stack.plain} ${stack.dim}`}>What you ask stands here, with our answer.</p>
      ) : data ? (
        <div className={classes.answers}>
          {data.data.map((request, at) => (
            <Question key={request.id} request={request} open={at === 0} />
          ))}
        </div>
      ) : isError ? (
        <ErrorState what="Your questions could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <TextSkeleton lines={3} />
      )}
    </Card>
  );
}

function Question({ request, open }: { request: OwnHelpRequest; open: boolean }) {
  return (
    <details className={classes.answer} open={open}>
      <summary>
        <span className={classes.question}>
          {topicWords(request.topic)} <State request={request} />
          <span className={`${stack.small} ${stack.dim} ${classes.asked}`}>
            Asked <RelativeTime at={request.createdAt} />
          </span>
        </span>
      </summary>
      <div className={classes.exchange}>
        <p className={classes.words}>{request.message}</p>
        {request.replies.map((reply) => (
          <figure key={reply.id} className={classes.reply}>
            <blockquote className={classes.words}>{reply.text}</blockquote>
            <figcaption className={`${stack.small} ${stack.dim}`}>
              Our answer, <RelativeTime at={reply.createdAt} />
            </figcaption>
          </figure>
        ))}
        <p className={`${stack.small} ${stack.dim} ${stack.plain}`}>Reference {request.reference}</p>
      </div>
    </details>
  );
}

/** A closed request without an answer in writing was answered by telephone, or in person. */
function State({ request: { status, replies } }: { request: OwnHelpRequest }) {
  if (status === 'closed' || replies.length > 0) return <StatePill state="answered" tone="ok" />;
  return <StatePill state="waiting">Waiting for an answer</StatePill>;
}
