'use client';

import { UnstyledButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import classes from './id-text.module.css';

const shownMs = 1_500;

/** An id in the mono face with a button to copy it. `short` shows the tail: uuid v7 heads are all alike. */
export function IdText({ id, label, short = false }: { id: string; label: string; short?: boolean }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [copied]);
  // Without a secure connection there is no clipboard: the id can still be selected.
  const copy = () =>
    navigator.clipboard?.writeText(id).then(
      () => setCopied(true),
      () => {},
    );
  return (
    <span className={classes.id}>
      <code title={id}>{short && id.length > 12 ? `…${id.slice(-8)}` : id}</code>
      <UnstyledButton
        className={classes.copy}
        title={copied ? 'Copied' : 'Copy'}
        aria-label={copied ? `${label} copied` : `Copy ${label}`}
        onClick={copy}
      >
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </UnstyledButton>
    </span>
  );
}
