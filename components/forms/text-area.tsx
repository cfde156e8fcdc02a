'use client';

import { InputBase, type InputBaseProps } from '@mantine/core';
import type { ComponentProps } from 'react';

/** Several lines of text. Mantine's own measures and grows by script; the browser's `field-sizing` does that for nothing. */
export function TextArea({
  rows = 3,
  ...props
}: InputBaseProps & Omit<ComponentProps<'textarea'>, keyof InputBaseProps>) {
  return (
    <InputBase
      component="textarea"
      multiline
      rows={rows}
      styles={{ input: { fieldSizing: 'content', minHeight: `${rows * 1.6 + 1}em` } }}
      {...props}
    />
  );
}
