'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { eventsAboutKey } from '../../api/console/events.ts';
import { sagaKey, sagaQuery } from '../../api/console/sagas.ts';
import { isStatus } from '../../api/problem.ts';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { MemberLink } from '../orders/member-link.tsx';
import { EventsCard } from './events-card.tsx';
import { LogCard } from './log-card.tsx';
import { PartnersCard } from './partners-card.tsx';
import classes from './saga.module.css';
import { SagaCard } from './saga-card.tsx';
import { sagaSubject } from './words.ts';

const back = <Link href={'/ops/sagas' as Route}>Sagas</Link>;

/** A saga by itself: of what has no page of its own. */
export function SagaPage({ id, demo }: { id: string; demo: boolean }) {
  const { data, error, refetch } = useQuery(sagaQuery(id));
  const client = useQueryClient();
  if (isStatus(error, 404)) {
    return (
      <>
        <PageHeader title="No such saga" above={back} />
        <EmptyState title="There is none with this id">The address is not right.</EmptyState>
      </>
    );
  }
  if (error && !data) {
    return (
      <>
        <PageHeader title="Saga" above={back} />
        <ErrorState what="The saga could not be loaded" error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  return (
    <>
      <PageHeader
        above={back}
        title={data ? sagaSubject(data) : 'Saga'}
        state={data ? <StatePill state={data.status} /> : null}
        lead={data?.memberId ? <MemberLink of={{ ...data, memberId: data.memberId }} /> : null}
      />
      <SagaCard
        id={id}
        demo={demo}
        onMended={() => {
          void client.invalidateQueries({ queryKey: sagaKey(id) });
          void client.invalidateQueries({ queryKey: eventsAboutKey });
        }}
      />
      {data ? (
        <div className={classes.columns}>
          <LogCard log={data.log} />
          <EventsCard
            correlationId={data.correlationId}
            streams={[`saga-${data.id}`, `${data.type}-${data.subjectId}`]}
          />
          <PartnersCard sagaId={id} />
        </div>
      ) : null}
    </>
  );
}
