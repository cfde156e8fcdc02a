'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import type { Permission } from '#server/access/permissions.ts';
import { auditEntryQuery } from '../../api/console/audit.ts';
import type { AuditEntry } from '../../api/console/shapes.ts';
import { isStatus } from '../../api/problem.ts';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import { JsonView } from '../../data/json-view.tsx';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import { formatDateTime, formatNumber } from '../../values/format.ts';
import { IdText } from '../../values/id-text.tsx';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { ActorName } from '../actor-name.tsx';
import { useMay } from '../permissions.tsx';
import classes from './audit.module.css';
import { ChangesTable } from './changes-table.tsx';
import { diffRows } from './diff-rows.ts';
import { OutcomePill } from './outcome-pill.tsx';

/**
 * One entry: who, what, from where, and what changed. One that is in the list is `known` and is not read again, for reading
 * is noted; any other is read by its id. `wait`: the list may still bring it.
 */
export function AuditDrawer({
  id,
  known,
  wait,
  onClose,
}: {
  id: string | null;
  known: AuditEntry | undefined;
  wait: boolean;
  onClose: () => void;
}) {
  const read = useQuery({ ...auditEntryQuery(id ?? ''), enabled: id !== null && !known && !wait });
  const entry = known ?? read.data;
  return (
    <DetailDrawer opened={id !== null} onClose={onClose} title={entry?.action ?? 'Audit entry'}>
      {entry ? (
        <Entry entry={entry} />
      ) : isStatus(read.error, 400, 404) ? (
        <EmptyState title="There is no such entry">The address is not right, or the entry was never here.</EmptyState>
      ) : read.error ? (
        <ErrorState what="The entry could not be loaded" error={read.error} onRetry={() => void read.refetch()} />
      ) : (
        <TextSkeleton lines={8} />
      )}
    </DetailDrawer>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const name = <ActorName kind={entry.actorKind} id={entry.userId} whole />;
  const changed = entry.before !== null && entry.after !== null;
  return (
    <div className={classes.entry}>
      <KeyValueList
        items={[
          { label: 'When', value: formatDateTime(entry.timestamp) },
          {
            label: 'Who',
            value: entry.userId ? (
              <>
                {name} ·{' '}
                <Link href={`/ops/audit?actor=${encodeURIComponent(entry.userId)}` as Route}>everything they did</Link>
              </>
            ) : (
              name
            ),
          },
          { label: 'Outcome', value: <OutcomePill entry={entry} /> },
          ...(entry.count > 1 ? [{ label: 'Times', value: `${formatNumber(entry.count)} within a minute` }] : []),
          { label: 'Reason', value: entry.reason ?? 'None given' },
          { label: 'Resource', value: <Resource resource={entry.resource} /> },
          { label: 'From', value: entry.sourceIp ?? 'Not known' },
          { label: 'Correlation id', value: <Correlation id={entry.correlationId} /> },
          { label: 'Entry id', value: <IdText id={entry.id} label="entry id" /> },
        ]}
      />
      {changed ? (
        <section>
          <h3 className={classes.heading}>What changed</h3>
          <ChangesTable rows={diffRows(entry.before, entry.after)} />
        </section>
      ) : entry.before !== null || entry.after !== null ? (
        <section>
          <h3 className={classes.heading}>{entry.after !== null ? 'Details' : 'Before'}</h3>
          <JsonView value={entry.after ?? entry.before} label="Details" />
        </section>
      ) : null}
    </div>
  );
}

const pages: Record<string, { path: string; permission: Permission }> = {
  member: { path: '/ops/members', permission: 'members:open' },
  order: { path: '/ops/orders', permission: 'orders:read' },
  payment: { path: '/ops/payments', permission: 'payments:read' },
  loan: { path: '/ops/loans', permission: 'loans:read' },
  account: { path: '/ops/ledger/accounts', permission: 'ledger:read' },
  saga: { path: '/ops/sagas', permission: 'sagas:read' },
  'dead-letter': { path: '/ops/dead-letters', permission: 'dead-letters:read' },
};

function Resource({ resource }: { resource: string }) {
  const [type, id] = resource.split('/');
  const may = useMay();
  const page = pages[type ?? ''];
  if (!id || !page || !may(page.permission)) return <span className="mono">{resource}</span>;
  return <Link href={`${page.path}/${id}` as Route}>{`Open the ${type?.replace('-', ' ')}`}</Link>;
}

function Correlation({ id }: { id: string }) {
  const may = useMay();
  return (
    <>
      <IdText id={id} label="correlation id" />
      {may('events:read') ? (
        <div>
          <Link href={`/ops/events?correlationId=${id}` as Route}>Events of it</Link>
        </div>
      ) : null}
    </>
  );
}
