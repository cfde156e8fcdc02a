'use client';

import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useState } from 'react';
import { staffMemberQuery } from '../../api/console/member.ts';
import type { StaffMember } from '../../api/console/shapes.ts';
import { isStatus } from '../../api/problem.ts';
import { useFilters } from '../../data/filters.ts';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { LiveDot } from '../../values/live-dot.tsx';
import { EditProfile } from './edit-profile.tsx';
import { MemberHeader } from './member-header.tsx';
import classes from './member-page.module.css';
import { MemberSkeleton } from './member-skeleton.tsx';
import { MembershipCard } from './membership-card.tsx';
import { MoneyCard } from './money-card.tsx';
import { NotesCard } from './notes-card.tsx';
import { ProfileCard } from './profile-card.tsx';
import { RawTab } from './raw-tab.tsx';
import { RecordTab } from './record-tab.tsx';
import { SourcesCard } from './sources-card.tsx';
import { TimelineCard } from './timeline-card.tsx';
import { useLiveMember } from './use-live-member.ts';

const back = <Link href={'/ops/members' as Route}>Members</Link>;

/** One member over all systems. */
export function MemberPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(staffMemberQuery(id));
  if (data) return <Loaded member={data} />;
  if (isStatus(error, 404)) {
    return (
      <>
        <PageHeader title="No such member" above={back} />
        <EmptyState title="There is nobody with this id">
          The address is not right, or the record was never here.
        </EmptyState>
      </>
    );
  }
  if (error) {
    return (
      <>
        <PageHeader title="Member" above={back} />
        <ErrorState what="The member could not be loaded" error={error} onRetry={() => void refetch()} />
      </>
    );
  }
  return <MemberSkeleton above={back} />;
}

function Loaded({ member }: { member: StaffMember }) {
  const { values, set } = useFilters(['tab', 'system']);
  const [editing, setEditing] = useState(false);
  const live = useLiveMember(member.id);
  const tab = values.tab || 'overview';
  return (
    <>
      <MemberHeader member={member} above={back} freshness={<LiveDot {...live} />} onEdit={() => setEditing(true)} />
      <Tabs value={tab} onChange={(next) => set('tab', next === 'overview' ? '' : (next ?? ''))} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          <Tabs.Tab value="events">Events and jobs</Tabs.Tab>
          <Tabs.Tab value="raw">Raw</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="overview">
          <div className={classes.columns}>
            <div className={classes.column} data-place="left">
              <ProfileCard member={member} />
              <MembershipCard member={member} />
              <MoneyCard id={member.id} />
              <NotesCard member={member} />
            </div>
            <div className={classes.column} data-place="middle">
              <TimelineCard id={member.id} system={values.system ?? ''} onSystem={(system) => set('system', system)} />
            </div>
            <div className={classes.column} data-place="right">
              <SourcesCard id={member.id} />
            </div>
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <RecordTab id={member.id} />
        </Tabs.Panel>
        <Tabs.Panel value="raw">
          <RawTab member={member} />
        </Tabs.Panel>
      </Tabs>
      <EditProfile member={member} opened={editing} onClose={() => setEditing(false)} />
    </>
  );
}
