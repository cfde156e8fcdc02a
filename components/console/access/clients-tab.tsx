'use client';

import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { clientsQuery } from '../../api/console/access.ts';
import type { ApiClient } from '../../api/console/shapes.ts';
import { type Column, DataTable } from '../../data/data-table.tsx';
import { useSelected } from '../../data/selected.ts';
import { EmptyState } from '../../page/empty-state.tsx';
import { RelativeTime } from '../../values/relative-time.tsx';
import classes from './access.module.css';
import { AddClient } from './add-client.tsx';
import { ClientDrawer } from './client-drawer.tsx';
import { ClientState } from './client-state.tsx';

const columns: Column<ApiClient>[] = [
  { id: 'id', header: 'Client id', cell: (client) => <span className="mono">{client.id}</span> },
  { id: 'name', header: 'Name', cell: (client) => client.name, hideBelow: 'sm' },
  {
    id: 'scopes',
    header: 'Scopes',
    cell: (client) => <span className="mono">{client.scopes.join(' ')}</span>,
    hideBelow: 'sm',
  },
  {
    id: 'kind',
    header: 'Kind',
    cell: (client) => (client.public ? 'Public, no secret' : 'With a secret'),
    hideBelow: 'md',
  },
  { id: 'state', header: 'State', cell: (client) => <ClientState client={client} /> },
  {
    id: 'since',
    header: 'Since',
    align: 'end',
    cell: (client) => <RelativeTime at={client.createdAt} />,
    hideBelow: 'md',
  },
];

/** Machines and apps that use the HTTP API. */
export function ClientsTab() {
  const selected = useSelected('client');
  const [adding, setAdding] = useState(false);
  const list = useQuery(clientsQuery());
  return (
    <>
      <div className={classes.bar}>
        <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setAdding(true)}>
          Add API client
        </Button>
      </div>
      <DataTable
        caption="API clients"
        columns={columns}
        rows={list.data?.data}
        rowId={(client) => client.id}
        rowLabel={(client) => client.id}
        onOpen={(client) => selected.open(client.id)}
        openId={selected.id}
        error={list.error}
        onRetry={() => void list.refetch()}
        empty={
          <EmptyState title="No API clients yet">A partner system or an app gets one to use the HTTP API.</EmptyState>
        }
      />
      <AddClient opened={adding} onClose={() => setAdding(false)} />
      <ClientDrawer client={list.data?.data.find(({ id }) => id === selected.id) ?? null} onClose={selected.close} />
    </>
  );
}
