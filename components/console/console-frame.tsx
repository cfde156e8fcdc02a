'use client';

import {
  IconActivity,
  IconBook2,
  IconCreditCard,
  IconHeartHandshake,
  IconHome2,
  IconLifebuoy,
  IconListSearch,
  IconLock,
  IconMailOff,
  IconShoppingBag,
  IconStairs,
  IconUserPlus,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import type { ReactNode } from 'react';
import { consoleOverviewQuery } from '../api/console/overview.ts';
import type { ConsoleOverview } from '../api/console/shapes.ts';
import { useFreshness } from '../api/freshness.ts';
import { meQuery } from '../api/me.ts';
import { CommandPalette, type PaletteItem } from '../shell/command-palette.tsx';
import { type ConsoleGroup, ConsoleShell } from '../shell/console-shell.tsx';
import { type ConsolePath, consolePages } from './pages.ts';
import { searchPalette } from './palette-search.tsx';
import { ServerPermissions } from './permissions.tsx';

const icons: Record<ConsolePath, ReactNode> = {
  '/ops': <IconHome2 size={17} stroke={1.75} />,
  '/ops/members': <IconUsers size={17} stroke={1.75} />,
  '/ops/help': <IconLifebuoy size={17} stroke={1.75} />,
  '/ops/orders': <IconShoppingBag size={17} stroke={1.75} />,
  '/ops/payments': <IconCreditCard size={17} stroke={1.75} />,
  '/ops/ledger': <IconBook2 size={17} stroke={1.75} />,
  '/ops/loans': <IconHeartHandshake size={17} stroke={1.75} />,
  '/ops/events': <IconActivity size={17} stroke={1.75} />,
  '/ops/dead-letters': <IconMailOff size={17} stroke={1.75} />,
  '/ops/sagas': <IconStairs size={17} stroke={1.75} />,
  '/ops/audit': <IconListSearch size={17} stroke={1.75} />,
  '/ops/access': <IconLock size={17} stroke={1.75} />,
};

const groups: { label: string; pages: ConsolePath[] }[] = [
  { label: 'Work', pages: ['/ops', '/ops/members', '/ops/help'] },
  { label: 'Money', pages: ['/ops/orders', '/ops/payments', '/ops/loans', '/ops/ledger'] },
  { label: 'System', pages: ['/ops/events', '/ops/dead-letters', '/ops/sagas'] },
  { label: 'Control', pages: ['/ops/audit', '/ops/access'] },
];

const pageOf = (href: ConsolePath) => consolePages.find((page) => page.href === href)!;

/** The pages whose open work the rail counts. */
const waitingAt: Partial<Record<ConsolePath, (needs: ConsoleOverview['needs']) => number>> = {
  '/ops/help': (needs) => needs.helpRequests.open,
  '/ops/loans': (needs) => needs.loans.count,
  '/ops/dead-letters': (needs) => needs.deadLetters.open,
};

/** How often the counts in the rail are read, in milliseconds: a server that hangs is seen after two of them. */
const countsEvery = 5_000;

/** The shell with what this person may open, and the counts of what waits. `permissions` is what the server knows of them. */
export function ConsoleFrame({
  permissions,
  environment,
  children,
}: {
  permissions: readonly string[];
  environment: 'demo' | 'production';
  children: ReactNode;
}) {
  const overview = useQuery(consoleOverviewQuery(countsEvery));
  const { data: me } = useQuery(meQuery());
  const held = me?.permissions ?? permissions;
  const mayOpen = (href: ConsolePath) => held.includes(pageOf(href).permission);
  const shown: ConsoleGroup[] = groups
    .map(({ label, pages }) => ({
      label,
      pages: pages.filter(mayOpen).map((href) => ({
        href: href as Route,
        label: pageOf(href).label,
        icon: icons[href],
        count: overview.data && waitingAt[href]?.(overview.data.needs),
      })),
    }))
    .filter(({ pages }) => pages.length > 0);
  return (
    <ServerPermissions value={permissions}>
      <ConsoleShell
        groups={shown}
        environment={environment}
        live={useFreshness(overview, countsEvery)}
        palette={
          <CommandPalette pages={goTo(mayOpen, held)} search={(query, signal) => searchPalette(query, held, signal)} />
        }
      >
        {children}
      </ConsoleShell>
    </ServerPermissions>
  );
}

function goTo(mayOpen: (href: ConsolePath) => boolean, held: readonly string[]): PaletteItem[] {
  const pages = consolePages
    .filter(({ href }) => mayOpen(href))
    .map(({ href, label, about }) => ({
      id: href,
      label,
      description: about,
      icon: icons[href],
      href: href as Route,
    }));
  const actions: PaletteItem[] = held.includes('members:create')
    ? [
        {
          id: 'add-member',
          label: 'Add member',
          description: 'By hand; they choose a password by mail',
          icon: <IconUserPlus size={17} stroke={1.75} />,
          href: '/ops/members?add=1' as Route,
        },
      ]
    : [];
  return [...pages, ...actions];
}
