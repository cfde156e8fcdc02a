'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { memberQuery, overviewQuery, timelineQuery } from '../api/members.ts';
import { plansQuery } from '../api/plans.ts';
import type { Member } from '../api/shapes.ts';
import { Timeline } from '../data/timeline.tsx';
import { Card } from '../page/card.tsx';
import { EmptyState } from '../page/empty-state.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { PageHeader } from '../page/page-header.tsx';
import { Skeleton } from '../page/skeleton.tsx';
import { ListSkeleton, TextSkeleton } from '../page/skeletons.tsx';
import { useNow } from '../values/clock.ts';
import { StatePill } from '../values/state-pill.tsx';
import classes from './home.module.css';
import { HomeAccount } from './home-account.tsx';
import { coverWords } from './membership/cover-words.ts';
import { NeedList } from './need-list.tsx';
import { SourceList } from './source-list.tsx';

function greetingAt(now: number | null): string {
  if (now === null) return 'Welcome';
  const hour = new Date(now).getHours();
  return hour < 5 ? 'Good evening' : hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening';
}

/** The portal's home: needs first, everything else after. */
export function Home() {
  const member = useQuery(memberQuery());
  const overview = useQuery(overviewQuery());
  const plans = useQuery({ ...plansQuery(), enabled: member.data?.paidUntil === null });
  const timeline = useInfiniteQuery(timelineQuery('me', 8, 'news'));
  const greeting = greetingAt(useNow());
  const person = member.data;
  const happened = timeline.data?.pages[0]?.data;
  return (
    <>
      <PageHeader
        title={
          person ? `${greeting}, ${person.givenName}` : member.isError ? greeting : <Skeleton height={33} width={260} />
        }
        lead={
          person ? (
            <span>
              Member since {new Date(person.joinedAt).getUTCFullYear()} · {person.number}
            </span>
          ) : member.isError ? null : (
            <Skeleton height={16} width={190} mt={6} />
          )
        }
      />
      <div className={classes.grid}>
        <Card id="needs" title="What needs you">
          {member.isError ? (
            <ErrorState
              what="Your membership could not be loaded"
              error={member.error}
              onRetry={() => void member.refetch()}
            />
          ) : person ? (
            <NeedList member={person} overview={overview.data} plans={plans.data?.data} />
          ) : (
            <TextSkeleton lines={3} />
          )}
        </Card>
        <Card id="membership" title="Membership" aside={person ? <StatePill state={person.status} /> : null}>
          {person ? (
            <>
              <p className={classes.plan}>{person.plan.name}</p>
              <p className={classes.line}>
                <CoverLine member={person} />
              </p>
              <Link href="/membership">Manage your membership</Link>
            </>
          ) : member.isError ? (
            <p className={classes.line}>Not available at the moment.</p>
          ) : (
            <TextSkeleton lines={3} />
          )}
        </Card>
        <Card id="recently" title="Recently">
          {timeline.isError ? (
            <ErrorState
              what="What happened could not be loaded"
              error={timeline.error}
              onRetry={() => void timeline.refetch()}
            />
          ) : happened?.length === 0 ? (
            <EmptyState title="Nothing has happened yet">
              What you and we change shows up here, as it happens.
            </EmptyState>
          ) : happened ? (
            <Timeline entries={happened} label="What happened recently" />
          ) : (
            <ListSkeleton rows={5} />
          )}
        </Card>
        <HomeAccount />
        <Card id="elsewhere" title="Your other services">
          {overview.isError ? (
            <ErrorState
              what="Your services could not be asked"
              error={overview.error}
              onRetry={() => void overview.refetch()}
            />
          ) : overview.data ? (
            <SourceList sources={overview.data.sources} />
          ) : (
            <ListSkeleton rows={4} />
          )}
        </Card>
      </div>
    </>
  );
}

function CoverLine({ member }: { member: Member }) {
  const { label, value } = coverWords(member, [], new Date().toISOString().slice(0, 10));
  return `${label} ${value.charAt(0).toLowerCase()}${value.slice(1)}`;
}
