'use client';

import { Tabs } from '@mantine/core';
import { useFilters } from '../../data/filters.ts';
import { PageHeader } from '../../page/page-header.tsx';
import { ClientsTab } from './clients-tab.tsx';
import { PermissionsTab } from './permissions-tab.tsx';
import { UsersTab } from './users-tab.tsx';

/** Who may do what: people, machines, and the table that decides. */
export function AccessPage() {
  const { values, set } = useFilters(['tab'], ['q', 'role', 'user', 'client']);
  const tab = values.tab || 'users';
  return (
    <>
      <PageHeader title="Access" />
      <Tabs value={tab} onChange={(next) => set('tab', next === 'users' ? '' : (next ?? ''))} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="users">Users</Tabs.Tab>
          <Tabs.Tab value="clients">API clients</Tabs.Tab>
          <Tabs.Tab value="permissions">Permissions</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="users">
          <UsersTab />
        </Tabs.Panel>
        <Tabs.Panel value="clients">
          <ClientsTab />
        </Tabs.Panel>
        <Tabs.Panel value="permissions">
          <PermissionsTab />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
