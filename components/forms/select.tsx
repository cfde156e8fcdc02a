'use client';

import { InputBase, type InputBaseProps } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ComponentProps } from 'react';

/** One of a list, in the browser's own control. Mantine's brings what groups of options take along, on pages with a budget. */
export function Select({
  data,
  ...props
}: { data: readonly { value: string; label: string }[] } & InputBaseProps &
  Omit<ComponentProps<'select'>, keyof InputBaseProps>) {
  return (
    <InputBase
      component="select"
      pointer
      rightSection={<IconChevronDown size={16} stroke={1.75} aria-hidden />}
      rightSectionPointerEvents="none"
      {...props}
    >
      {data.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </InputBase>
  );
}
