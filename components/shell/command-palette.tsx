'use client';

import { Loader, Modal } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useState } from 'react';
import { messageOf } from '../api/problem.ts';
import classes from './command-palette.module.css';

export interface PaletteItem {
  id: string;
  label: string;
  description?: string;
  icon?: ReactNode;
  href: Route;
}

export interface PaletteGroup {
  label: string;
  items: PaletteItem[];
}

/** Opens the palette from a button; ⌘K and Ctrl-K do it by themselves. */
export const openPalette = () => spotlight.open();

/**
 * Finds anything: `pages` are filtered here, `search` asks the server (from two characters on). Choosing goes there.
 */
export function CommandPalette({
  pages,
  search,
}: {
  pages: PaletteItem[];
  search: (query: string, signal: AbortSignal) => Promise<PaletteGroup[]>;
}) {
  const router = useRouter();
  const [query, setQuery] = useState('');
  const [asked] = useDebouncedValue(query.trim(), 150);
  const results = useQuery({
    queryKey: ['palette', asked],
    queryFn: ({ signal }) => search(asked, signal),
    enabled: asked.length >= 2,
    placeholderData: (previous) => previous,
  });
  const wanted = query.trim().toLowerCase();
  const found = asked.length >= 2 && wanted.length >= 2 ? (results.data ?? []) : [];
  const matching = pages.filter(({ label }) => label.toLowerCase().includes(wanted));
  const groups = [...found, { label: 'Go to', items: matching }].filter(({ items }) => items.length > 0);
  // The library marks the first item when the text changes, which is before an answer is there: Enter would do nothing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of what is listed.
  useEffect(() => {
    if (document.querySelector('[data-action][data-selected]')) return;
    document.querySelector('[data-action]')?.setAttribute('data-selected', 'true');
  }, [results.data, query]);
  return (
    <Spotlight.Root
      query={query}
      lockScroll={false}
      onQueryChange={setQuery}
      scrollable
      maxHeight={440}
      size={640}
      centered={false}
      yOffset="12vh"
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      transitionProps={{ duration: 100 }}
      classNames={{ search: classes.search ?? '', action: classes.action ?? '', actionsGroup: classes.group ?? '' }}
    >
      <Modal.Title className={classes.title ?? ''}>Search everything</Modal.Title>
      <Spotlight.Search
        aria-label="Search everything"
        placeholder="Member, event, page: any id, name or e-mail"
        leftSection={<IconSearch size={18} aria-hidden />}
        rightSection={results.isFetching ? <Loader size={16} /> : null}
      />
      <Spotlight.ActionsList>
        {groups.map((group) => (
          <Spotlight.ActionsGroup key={group.label} label={group.label}>
            {group.items.map((item) => (
              <Spotlight.Action
                key={item.id}
                label={item.label}
                {...(item.description ? { description: item.description } : {})}
                leftSection={item.icon}
                onClick={() => router.push(item.href)}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 ? (
          <Spotlight.Empty>
            {results.isFetching
              ? 'Searching…'
              : results.isError
                ? messageOf(results.error)
                : 'Nothing found. Try an id, a name or an e-mail address.'}
          </Spotlight.Empty>
        ) : null}
      </Spotlight.ActionsList>
      <Spotlight.Footer className={classes.foot ?? ''}>
        <span>↑ ↓ choose</span>
        <span>Enter opens</span>
        <span>Esc closes</span>
      </Spotlight.Footer>
    </Spotlight.Root>
  );
}
