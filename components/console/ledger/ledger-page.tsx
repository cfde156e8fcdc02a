'use client';

import { Tabs } from '@mantine/core';
import { useFilters } from '../../data/filters.ts';
import { PageHeader } from '../../page/page-header.tsx';
import { AccountList } from './account-list.tsx';
import { Journal } from './journal.tsx';
import { TrialBalance } from './trial-balance.tsx';

const views = ['trial-balance', 'accounts', 'journal'] as const;

/** The books: whether they are right, what is where, and everything that was ever posted. */
export function LedgerPage() {
  const { values, go } = useFilters(['view']);
  const view = views.find((one) => one === values.view) ?? 'trial-balance';
  return (
    <>
      <PageHeader title="Ledger" />
      <Tabs value={view} onChange={(next) => go({ view: next ?? '' })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="trial-balance">Trial balance</Tabs.Tab>
          <Tabs.Tab value="accounts">Accounts</Tabs.Tab>
          <Tabs.Tab value="journal">Journal</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="trial-balance">
          <TrialBalance />
        </Tabs.Panel>
        <Tabs.Panel value="accounts">
          <AccountList />
        </Tabs.Panel>
        <Tabs.Panel value="journal">
          <Journal />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
