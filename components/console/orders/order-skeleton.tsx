import type { ReactNode } from 'react';
import { Card } from '../../page/card.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import { ListSkeleton, TextSkeleton } from '../../page/skeletons.tsx';
import page from './money-page.module.css';

/** The order's page to come: the same boxes. */
export function OrderSkeleton({ above }: { above: ReactNode }) {
  return (
    <div aria-busy="true">
      <PageHeader
        above={above}
        title={<Skeleton height={24} width={120} />}
        lead={<Skeleton height={15} width={280} />}
      />
      <div className={page.above}>
        <Card id="saga" title="Steps">
          <ListSkeleton rows={5} />
        </Card>
      </div>
      <div className={page.columns}>
        <Card id="money" title="Money">
          <TextSkeleton lines={8} />
        </Card>
        <Card id="items" title="What was ordered">
          <TextSkeleton lines={5} />
        </Card>
        <Card id="events" title="Events">
          <TextSkeleton lines={8} />
        </Card>
      </div>
    </div>
  );
}
