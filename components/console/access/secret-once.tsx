'use client';

import { Button, CopyButton } from '@mantine/core';
import { Notice } from '../../page/notice.tsx';
import stack from '../../page/stack.module.css';
import classes from './access.module.css';

/** A secret that nobody can show again. */
export function SecretOnce({ id, secret, onClose }: { id: string; secret: string | null; onClose: () => void }) {
  if (secret === null) {
    return (
      <div className={stack.fields}>
        <Notice tone="ok" title={`${id} is there`} live>
          It is public: it has no secret, and proves itself with PKCE.
        </Notice>
        <Close onClose={onClose} />
      </div>
    );
  }
  return (
    <div className={stack.fields}>
      <Notice tone="warn" title="Copy the secret now" live>
        It is shown this once. Guildhall keeps only a hash of it.
      </Notice>
      <section className={classes.secret} aria-label={`Secret of ${id}`}>
        <span>{secret}</span>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy secret'}
            </Button>
          )}
        </CopyButton>
      </section>
      <Close onClose={onClose} />
    </div>
  );
}

const Close = ({ onClose }: { onClose: () => void }) => (
  <div className={stack.actions}>
    <Button onClick={onClose}>Done</Button>
  </div>
);
