import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Card } from '../../page/card.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { ListSkeleton, TextSkeleton } from '../../page/skeletons.tsx';
import classes from './member-page.module.css';

/** The member's page to come: the same columns. */
export function MemberSkeleton({ above }: { above: ReactNode }) {
  return (
    <div aria-busy="true">
      <PageHeader
        above={above}
        title={<Skeleton height={24} width={220} />}
        lead={<Skeleton height={15} width={320} mt={4} />}
      />
      <Skeleton height={36} mb="md" />
      <div className={classes.columns}>
        <div className={classes.column} data-place="left">
          <Card id="profile" title="Profile">
            <TextSkeleton lines={7} />
          </Card>
          <Card id="membership" title="Membership">
            <TextSkeleton lines={5} />
          </Card>
        </div>
        <div className={classes.column} data-place="middle">
          <Card id="timeline" title="Timeline">
            <ListSkeleton rows={8} />
          </Card>
        </div>
        <div className={classes.column} data-place="right">
          <Card id="sources" title="What each system says">
            <TextSkeleton lines={10} />
          </Card>
        </div>
      </div>
    </div>
  );
}
