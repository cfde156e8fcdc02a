'use client';

import { useQuery } from '@tanstack/react-query';
import { memberQuery } from '../api/members.ts';
import { Card } from '../page/card.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { PageHeader } from '../page/page-header.tsx';
import { FormSkeleton } from '../page/skeletons.tsx';
import { ProfileForm } from './profile-form.tsx';

/** The profile page. */
export function Profile() {
  const member = useQuery(memberQuery());
  return (
    <>
      <PageHeader title="Profile" lead="What you change here reaches all our systems within moments." />
      {member.data ? (
        <ProfileForm member={member.data} />
      ) : member.isError ? (
        <ErrorState
          what="Your profile could not be loaded"
          error={member.error}
          onRetry={() => void member.refetch()}
        />
      ) : (
        <Card id="name" title="Name and contact">
          <FormSkeleton fields={5} />
        </Card>
      )}
    </>
  );
}
