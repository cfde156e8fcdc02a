'use client';

import { Autocomplete, Button, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type AuditFilter, auditQuery } from '../../api/console/audit.ts';
import type { AuditEntry } from '../../api/console/shapes.ts';
import { type Column, DataTable } from '../../data/data-table.tsx';
import { useFilters } from '../../data/filters.ts';
import { useSelected } from '../../data/selected.ts';
import { EmptyState } from '../../page/empty-state.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { formatDateTime, formatNumber } from '../../values/format.ts';
import { StatePill } from '../../values/state-pill.tsx';
import { ActorName } from '../actor-name.tsx';
import { TimeRange } from '../time-range.tsx';
import { useTyped } from '../use-typed.ts';
import { ActorFilter } from './actor-filter.tsx';
import classes from './audit.module.css';
import { AuditDrawer } from './audit-drawer.tsx';
import { OutcomePill } from './outcome-pill.tsx';

const knownActions = [
  'account.list',
  'audit.read',
  'client.create',
  'client.disable',
  'client.rotate-secret',
  'dead-letter.dismiss',
  'dead-letter.edit',
  'dead-letter.redrive',
  'document.issue',
  'invoice.pay',
  'loan.list',
  'loan.reveal',
  'member.erase',
  'member.export-list',
  'member.extend',
  'member.note',
  'member.read',
  'member.reveal',
  'member.search',
  'member.update',
  'membership.take-back',
  'order.list',
  'order.place',
  'order.read',
  'order.reveal',
  'payment.list',
  'payment.read',
  'payment.refund',
  'payment.refund-sent',
  'payment.settle',
  'plan.price',
  'saga.list',
  'saga.read',
  'shipment.hand-over',
  'subscription.pause',
  'subscription.resume',
  'transfer.list',
  'transfer.request',
  'user.create',
  'user.disable',
  'user.enable',
  'user.reveal',
  'user.set-roles',
];

/** Who did, saw or was refused what. */
export function AuditPage() {
  const { values, set, clear } = useFilters(['actor', 'action', 'resource', 'from', 'to'], ['entry']);
  const selected = useSelected('entry');
  const filter: AuditFilter = {
    actor: values.actor ?? '',
    action: values.action ?? '',
    resource: values.resource ?? '',
    from: values.from || null,
    to: values.to || null,
  };
  const list = useInfiniteQuery(auditQuery(filter));
  const rows = list.data?.pages.flatMap((page) => page.data);
  const isSet = Object.values(values).some((value) => value !== '');
  const columns: Column<AuditEntry>[] = [
    {
      id: 'at',
      header: 'When',
      width: '14%',
      cell: (row) => <time dateTime={row.timestamp}>{formatDateTime(row.timestamp)}</time>,
    },
    {
      id: 'actor',
      header: 'Who',
      width: '14%',
      cell: (row) => (
        <span className={classes.who}>
          <ActorName kind={row.actorKind} id={row.userId} whole />
        </span>
      ),
    },
    {
      id: 'action',
      header: 'Action',
      width: '14%',
      cell: (row) => <span className={classes.resource}>{row.action}</span>,
    },
    {
      id: 'resource',
      header: 'Resource',
      width: '15%',
      cell: (row) => <span className={classes.resource}>{shortResource(row.resource)}</span>,
      hideBelow: 'sm',
    },
    {
      id: 'outcome',
      header: 'Outcome',
      width: '11%',
      cell: (row) => (
        <span className={classes.outcome}>
          <OutcomePill entry={row} />
          {row.count > 1 ? <span className={classes.dim}>× {formatNumber(row.count)}</span> : null}
        </span>
      ),
    },
    {
      id: 'reason',
      header: 'Reason',
      cell: (row) => <span className={classes.reason}>{row.reason ?? '–'}</span>,
      hideBelow: 'md',
    },
    { id: 'from', header: 'From', width: '9%', cell: (row) => row.sourceIp ?? '–', hideBelow: 'lg' },
  ];
  return (
    <>
      <PageHeader
        title="Audit"
        state={
          <StatePill state="noted" tone="neutral">
            Reading it is noted too
          </StatePill>
        }
        actions={
          <Button variant="default" loading={list.isRefetching} onClick={() => void list.refetch()}>
            Read again
          </Button>
        }
      />
      <AuditFilters values={values} onChange={set} onClear={clear} isSet={isSet} />
      <DataTable
        caption="Audit entries"
        expect={25}
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        rowLabel={(row) => `${row.action} of ${formatDateTime(row.timestamp)}`}
        onOpen={(row) => selected.open(row.id)}
        openId={selected.id}
        error={list.error}
        onRetry={() => void list.refetch()}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        refreshing={list.isPlaceholderData}
        empty={<EmptyState title="No entry fits">Widen the time, or take a filter away.</EmptyState>}
      />
      <AuditDrawer
        id={selected.id || null}
        known={rows?.find(({ id }) => id === selected.id)}
        wait={list.isPending}
        onClose={selected.close}
      />
    </>
  );
}

/** `member/0199…4beb`: the type, and the tail of the id. */
const shortResource = (resource: string) => {
  const [type = '', id] = resource.split('/');
  return id && id.length > 12 ? `${type} …${id.slice(-8)}` : resource;
};

function AuditFilters({
  values,
  onChange,
  onClear,
  isSet,
}: {
  values: Record<string, string>;
  onChange: (name: string, value: string) => void;
  onClear: () => void;
  isSet: boolean;
}) {
  const [action, setAction] = useTyped(values.action ?? '', (text) => onChange('action', text));
  const [resource, setResource] = useTyped(values.resource ?? '', (text) => onChange('resource', text));
  return (
    <search className={classes.filters}>
      <div className={classes.wide}>
        <ActorFilter value={values.actor ?? ''} onChange={(id) => onChange('actor', id)} />
      </div>
      <Autocomplete
        aria-label="Action"
        placeholder="Action: any"
        size="xs"
        data={knownActions}
        value={action}
        onChange={setAction}
        className={classes.field ?? ''}
      />
      <TextInput
        aria-label="Resource"
        placeholder="Resource: member, or member/id"
        value={resource}
        onChange={(event) => setResource(event.currentTarget.value)}
        className={classes.wide ?? ''}
      />
      <TimeRange from={values.from} to={values.to} onChange={onChange} />
      {isSet ? (
        <Button variant="subtle" onClick={onClear}>
          Clear filters
        </Button>
      ) : null}
    </search>
  );
}
