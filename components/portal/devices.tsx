'use client';

import { Button } from '@mantine/core';
import { IconDeviceLaptop, IconDeviceMobile, IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useOptimistic } from '../api/optimistic.ts';
import { endOtherSessions, endSession, sessionKeys, sessionsQuery } from '../api/sessions.ts';
import type { Page, Session } from '../api/shapes.ts';
import { Row, RowList } from '../data/row-list.tsx';
import { Card } from '../page/card.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { Failure } from '../page/failure.tsx';
import { ListSkeleton } from '../page/skeletons.tsx';
import { useAnnounce } from '../shell/announcer.tsx';
import { RelativeTime } from '../values/relative-time.tsx';
import { StatePill } from '../values/state-pill.tsx';
import { deviceName } from './device-name.ts';
import classes from './devices.module.css';

function DeviceIcon({ session }: { session: Session }) {
  const text = `${session.kind} ${session.userAgent ?? ''}`.toLowerCase();
  const Icon = /mobile|phone|android|ipad/.test(text)
    ? IconDeviceMobile
    : /browser|session|web/.test(text)
      ? IconDeviceLaptop
      : IconKey;
  return <Icon size={20} stroke={1.75} aria-hidden />;
}

/** Where the person is signed in. Ending a session works at once. */
export function Devices() {
  const sessions = useQuery(sessionsQuery());
  const announce = useAnnounce();
  const end = useOptimistic<Page<Session>, Session | 'others'>({
    queryKey: sessionKeys.list,
    mutationFn: (which) => (which === 'others' ? endOtherSessions() : endSession(which.id)),
    apply: (page, which) => ({
      ...page,
      data: page.data.filter((session) => (which === 'others' ? session.current : session.id !== which.id)),
    }),
    onSuccess: () => announce('Signed out there.'),
  });
  const items = sessions.data?.data;
  const others = items?.filter(({ current }) => !current).length ?? 0;
  return (
    <Card
      id="devices"
      title="Where you are signed in"
      aside={
        others > 0 ? (
          <Button variant="default" size="xs" onClick={() => end.mutate('others')}>
            Sign out everywhere else
          </Button>
        ) : null
      }
    >
      {end.isError ? <Failure title="Still signed in there" error={end.error} /> : null}
      {sessions.isError && !items ? (
        <ErrorState
          what="Your devices could not be loaded"
          error={sessions.error}
          onRetry={() => void sessions.refetch()}
        />
      ) : items ? (
        <RowList>
          {items.map((session) => (
            <Device key={session.id} session={session} onEnd={() => end.mutate(session)} />
          ))}
        </RowList>
      ) : (
        <ListSkeleton rows={3} />
      )}
    </Card>
  );
}

function Device({ session, onEnd }: { session: Session; onEnd: () => void }) {
  const name = deviceName(session);
  return (
    <Row
      icon={<DeviceIcon session={session} />}
      name={name}
      about={
        <span className={classes.facts}>
          {session.address ? <span>{session.address}</span> : null}
          <span>
            Signed in <RelativeTime at={session.createdAt} />
          </span>
          {session.lastSeenAt && !session.current ? (
            <span>
              Last seen <RelativeTime at={session.lastSeenAt} />
            </span>
          ) : null}
        </span>
      }
      end={
        session.current ? (
          <StatePill state="current" tone="ok">
            This device
          </StatePill>
        ) : (
          <Button variant="default" size="xs" onClick={onEnd} aria-label={`Sign out ${name}`}>
            Sign out
          </Button>
        )
      }
    />
  );
}
