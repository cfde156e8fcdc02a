'use client';

import { useQuery } from '@tanstack/react-query';
import { staffOverviewQuery } from '../../api/console/member.ts';
import type { StaffMember } from '../../api/console/shapes.ts';
import { JsonView } from '../../data/json-view.tsx';
import { Card } from '../../page/card.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import classes from './member-page.module.css';

/** What the API gives, as it gives it. */
export function RawTab({ member }: { member: StaffMember }) {
  const overview = useQuery(staffOverviewQuery(member.id));
  return (
    <div className={classes.stack}>
      <Card id="raw-member" title="Member">
        <JsonView value={member} label="Member" />
      </Card>
      <Card id="raw-sources" title="Sources">
        {overview.data ? (
          <JsonView value={overview.data} label="Sources" />
        ) : overview.error ? (
          <ErrorState
            what="The sources could not be asked"
            error={overview.error}
            onRetry={() => void overview.refetch()}
          />
        ) : (
          <TextSkeleton lines={10} />
        )}
      </Card>
    </div>
  );
}
