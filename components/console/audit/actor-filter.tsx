'use client';

import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { actorQuery, actorSearchQuery } from '../../api/console/actors.ts';
import type { Actor } from '../../api/console/shapes.ts';

const kinds: Record<Actor['kind'], string> = { staff: '', member: ' · member', client: ' · API client', erased: '' };
const labelOf = (actor: Actor) => `${actor.name}${kinds[actor.kind]}`;

/** Whose entries, found by name. An id may be given too. */
export function ActorFilter({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed.trim(), 200);
  const chosen = useQuery({ ...actorQuery(value), enabled: value !== '' });
  const found = useQuery({ ...actorSearchQuery(q), enabled: q !== '', placeholderData: keepPreviousData });
  const label = chosen.data ? labelOf(chosen.data) : value;
  const asking = q !== '' && q !== label;
  const options = new Map<string, string>(asking ? found.data?.map((one) => [one.id, labelOf(one)]) : []);
  if (/^[0-9a-f-]{36}$/i.test(q)) options.set(q.toLowerCase(), q);
  if (value !== '') options.set(value, label);
  return (
    <Select
      aria-label="Actor"
      placeholder="Actor: anybody, by name or id"
      size="xs"
      searchable
      clearable
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      filter={({ options: all }) => all}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      onSearchChange={setTyped}
      nothingFoundMessage={asking && found.isSuccess ? 'Nobody is called that' : 'Type a part of a name'}
      clearButtonProps={{ 'aria-label': 'Anybody' }}
      data-search
    />
  );
}
