'use client';

import { CloseButton, Menu, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconChevronDown, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import classes from './filter-bar.module.css';

export interface Filter {
  name: string;
  label: string;
  options: readonly { value: string; label: string; count?: number }[];
}

/** Search and chips over a list. The values live in the URL: see `useFilters`. */
export function FilterBar({
  filters,
  values,
  onChange,
  onClear,
  search,
  children,
}: {
  filters: readonly Filter[];
  values: Record<string, string>;
  onChange: (name: string, value: string) => void;
  onClear: () => void;
  search?: { name: string; label: string; placeholder?: string };
  /** Stands at the end: counts, export. */
  children?: ReactNode;
}) {
  const set = Object.values(values).some((value) => value !== '');
  return (
    <search className={classes.bar}>
      {search ? (
        <SearchField {...search} value={values[search.name] ?? ''} onChange={(value) => onChange(search.name, value)} />
      ) : null}
      {filters.map((filter) => (
        <Chip
          key={filter.name}
          filter={filter}
          value={values[filter.name] ?? ''}
          onChange={(value) => onChange(filter.name, value)}
        />
      ))}
      {set ? (
        <UnstyledButton className={classes.clear} onClick={onClear}>
          Clear filters
        </UnstyledButton>
      ) : null}
      {children ? <div className={classes.end}>{children}</div> : null}
    </search>
  );
}

function SearchField({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  const typed = useRef(value);
  const send = useDebouncedCallback((next: string) => {
    typed.current = next;
    onChange(next);
  }, 200);
  useEffect(() => {
    // Follows the URL (Back, Clear filters), but never types over the person.
    if (value === typed.current) return;
    typed.current = value;
    setText(value);
  }, [value]);
  return (
    <TextInput
      className={classes.search ?? ''}
      aria-label={label}
      placeholder={placeholder ?? label}
      type="search"
      autoComplete="off"
      data-search
      leftSection={<IconSearch size={15} aria-hidden />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        send(event.currentTarget.value.trim());
      }}
    />
  );
}

function Chip({ filter, value, onChange }: { filter: Filter; value: string; onChange: (value: string) => void }) {
  const chosen = filter.options.find((option) => option.value === value);
  const unknown = value !== '' && !chosen;
  return (
    <div className={classes.chip} data-set={value !== ''} data-unknown={unknown}>
      <Menu position="bottom-start" keepMounted={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <UnstyledButton className={classes.label}>
            {filter.label}
            {chosen ? <span className={classes.value}>: {chosen.label}</span> : null}
            {unknown ? <span className={classes.value}>: “{value}” is not known and left out</span> : null}
            {value !== '' ? null : <IconChevronDown size={14} aria-hidden />}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {filter.options.map((option) => (
            <Menu.RadioItem
              key={option.value}
              value={option.value}
              checked={option.value === value}
              closeMenuOnClick
              rightSection={option.count === undefined ? null : <span className={classes.count}>{option.count}</span>}
              onChange={() => onChange(option.value === value ? '' : option.value)}
            >
              {option.label}
            </Menu.RadioItem>
          ))}
        </Menu.Dropdown>
      </Menu>
      {value !== '' ? (
        <CloseButton
          size={24}
          iconSize={14}
          aria-label={`Remove filter ${filter.label}`}
          onClick={() => onChange('')}
        />
      ) : null}
    </div>
  );
}
