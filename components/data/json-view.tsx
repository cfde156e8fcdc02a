'use client';

import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './json-view.module.css';

/** How deep it is unfolded at first. */
const openDepth = 2;

/** A JSON value with folding and copy. Masking is the server's: what arrives here may be seen. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  return (
    <section className={classes.frame} aria-label={`${label}, JSON`}>
      <div className={classes.bar}>
        <CopyButton value={JSON.stringify(value, null, 2)}>
          {({ copied, copy }) => (
            <Button
              size="compact-xs"
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
      <div className={classes.tree}>
        <Node value={value} depth={0} />
      </div>
    </section>
  );
}

function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  if (typeof value !== 'object' || value === null) {
    return (
      <div className={classes.leaf}>
        <Key name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) {
    return (
      <div className={classes.leaf}>
        <Key name={name} />
        {open}
        {close}
      </div>
    );
  }
  return (
    <details className={classes.node} open={depth < openDepth}>
      <summary>
        <Key name={name} />
        <span className={classes.bracket}>{open}</span>
        <span className={classes.count}>
          {entries.length}{' '}
          {isList ? (entries.length === 1 ? 'item' : 'items') : entries.length === 1 ? 'field' : 'fields'}
        </span>
      </summary>
      <div className={classes.inside}>
        {entries.map(([key, inner]) => (
          <Node key={key} {...(isList ? {} : { name: key })} value={inner} depth={depth + 1} />
        ))}
      </div>
      <span className={classes.bracket}>{close}</span>
    </details>
  );
}

const Key = ({ name }: { name: string | undefined }) =>
  name === undefined ? null : <span className={classes.key}>{name}: </span>;

function Leaf({ value }: { value: unknown }) {
  if (typeof value === 'string') {
    // Sealed values are long and say nothing: their head is enough, the copy has the whole.
    const shown = value.startsWith('sealed:') ? `${value.slice(0, 24)}…` : value;
    return <span className={classes.string}>"{shown}"</span>;
  }
  return <span className={classes.plain}>{String(value)}</span>;
}
