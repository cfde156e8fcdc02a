'use client';

import { ActionIcon, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './id-text.module.css';

/** An id in the mono face with a button to copy it. `short` shows the tail: uuid v7 heads are all alike. */
export function IdText({ id, label, short = false }: { id: string; label: string; short?: boolean }) {
  return (
    <span className={classes.id}>
      <code title={id}>{short && id.length > 12 ? `…${id.slice(-8)}` : id}</code>
      <CopyButton value={id}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            title={copied ? 'Copied' : 'Copy'}
            aria-label={copied ? `${label} copied` : `Copy ${label}`}
            onClick={copy}
          >
            {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </span>
  );
}
