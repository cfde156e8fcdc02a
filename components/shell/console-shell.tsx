'use client';

import { Burger, Drawer, Kbd, MantineThemeProvider, Tooltip, UnstyledButton } from '@mantine/core';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconSearch } from '@tabler/icons-react';
import type { Route } from 'next';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { HiddenText } from '../page/hidden-text.tsx';
import { consoleTheme } from '../theme/theme.ts';
import { LiveDot, type Liveness } from '../values/live-dot.tsx';
import { Announcer } from './announcer.tsx';
import { Brand } from './brand.tsx';
import { openPalette } from './command-palette.tsx';
import '../theme/mantine-console.css';
import classes from './console-shell.module.css';
import { useModifierKey } from './modifier-key.ts';
import { ConsoleKeys } from './shortcut-help.tsx';
import { SkipLink } from './skip-link.tsx';
import { UserMenu } from './user-menu.tsx';

export interface ConsolePage {
  href: Route;
  label: string;
  icon: ReactNode;
  /** Work that waits. Shown only above 0. */
  count?: number | undefined;
}

export interface ConsoleGroup {
  label: string;
  pages: ConsolePage[];
}

interface Props {
  groups: ConsoleGroup[];
  environment: 'demo' | 'production';
  live: { state: Liveness; since?: number | null };
  /** The command palette. */
  palette: ReactNode;
  children: ReactNode;
}

const storageKey = 'guildhall-rail';
const railListeners = new Set<() => void>();
const subscribeRail = (listener: () => void) => {
  railListeners.add(listener);
  return () => void railListeners.delete(listener);
};
const isRailNarrow = () => window.localStorage.getItem(storageKey) === 'narrow';
function setRailNarrow(narrow: boolean) {
  window.localStorage.setItem(storageKey, narrow ? 'narrow' : 'wide');
  for (const listener of railListeners) listener();
}

/** Around every page of the console: the rail, the bar with search and live dot, the dense mood. */
export function ConsoleShell({ groups, environment, live, palette, children }: Props) {
  const narrow = useSyncExternalStore(subscribeRail, isRailNarrow, () => false);
  const [menu, setMenu] = useState(false);
  const path = usePathname();
  const modifier = useModifierKey();
  // biome-ignore lint/correctness/useExhaustiveDependencies: closes when the page changes.
  useEffect(() => setMenu(false), [path]);
  return (
    <MantineThemeProvider theme={consoleTheme}>
      <NuqsAdapter>
        <Announcer>
          <div className={classes.shell} data-mood="console" data-narrow={narrow}>
            <SkipLink />
            <header className={classes.bar}>
              <Burger
                className={classes.burger ?? ''}
                opened={menu}
                onClick={() => setMenu(!menu)}
                aria-label="Open the navigation"
                size="sm"
              />
              <div className={classes.brand}>
                <Brand href={'/ops' as Route} compact={narrow} />
              </div>
              <UnstyledButton className={classes.search} onClick={openPalette} aria-keyshortcuts="Control+K Meta+K">
                <IconSearch size={15} aria-hidden />
                <HiddenText>Search everything</HiddenText>
                <span className={classes.placeholder} aria-hidden>
                  Search members, events, pages
                </span>
                <Kbd size="xs" aria-hidden>
                  {modifier === '⌘' ? '⌘K' : 'Ctrl K'}
                </Kbd>
              </UnstyledButton>
              <div className={classes.side}>
                <span className={classes.environment} data-environment={environment}>
                  {environment === 'demo' ? 'Demo' : 'Production'}
                </span>
                <LiveDot {...live} />
                <UserMenu side="console" />
              </div>
            </header>
            <div className={classes.rail}>
              <Rail groups={groups} path={path} narrow={narrow} />
              <UnstyledButton className={classes.fold} onClick={() => setRailNarrow(!narrow)} aria-expanded={!narrow}>
                {narrow ? (
                  <IconLayoutSidebarLeftExpand size={18} aria-hidden />
                ) : (
                  <IconLayoutSidebarLeftCollapse size={18} aria-hidden />
                )}
                <span className={classes.word}>{narrow ? 'Widen the navigation' : 'Narrow the navigation'}</span>
              </UnstyledButton>
            </div>
            <Drawer
              lockScroll={false}
              opened={menu}
              onClose={() => setMenu(false)}
              size={264}
              title="Guildhall console"
              hiddenFrom="md"
              closeButtonProps={{ 'aria-label': 'Close' }}
            >
              <Rail groups={groups} path={path} narrow={false} />
            </Drawer>
            <div className={classes.page}>{children}</div>
            {palette}
            <ConsoleKeys />
          </div>
        </Announcer>
      </NuqsAdapter>
    </MantineThemeProvider>
  );
}

/** `/ops/members/1` belongs to `/ops/members`; `/ops` only to itself. */
const isCurrent = (href: string, path: string) =>
  href === '/ops' ? path === href : path === href || path.startsWith(`${href}/`);

function Rail({ groups, path, narrow }: { groups: ConsoleGroup[]; path: string; narrow: boolean }) {
  return (
    <nav aria-label="Console" className={classes.nav}>
      {groups.map((group) => (
        <div key={group.label} className={classes.group}>
          <h2 className={classes.heading}>{group.label}</h2>
          <ul>
            {group.pages.map((page) => (
              <li key={page.href}>
                <Tooltip label={page.label} position="right" disabled={!narrow}>
                  <Link
                    href={page.href}
                    className={classes.link}
                    aria-current={isCurrent(page.href, path) ? 'page' : undefined}
                  >
                    <span className={classes.icon} aria-hidden>
                      {page.icon}
                    </span>
                    <span className={classes.word}>{page.label}</span>
                    {page.count ? (
                      <span className={classes.count}>
                        {page.count > 999 ? '999+' : page.count}
                        <span className={classes.spoken}> waiting</span>
                      </span>
                    ) : null}
                  </Link>
                </Tooltip>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
