'use client';

import { useEffect, useRef } from 'react';
import classes from './link-button.module.css';
import { Main } from './main.tsx';
import stack from './stack.module.css';

/** What an error boundary shows inside a shell. `digest` leads to the entry in the server's log. */
export function BrokenPage({ digest, onRetry }: { digest: string | undefined; onRetry: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <Main>
      <h1 ref={title} tabIndex={-1}>
        This page broke
      </h1>
      <p className={stack.dim}>
        Something went wrong while it was drawn. Nothing that you saved is lost; what you were typing may be.
      </p>
      {digest ? (
        <p className={`${stack.dim} ${stack.small}`}>
          If you ask us about this, give the reference <code>{digest}</code>.
        </p>
      ) : null}
      <div className={stack.actions}>
        <button type="button" className={classes.button} onClick={onRetry}>
          Try again
        </button>
        {/* A full load on purpose: whatever broke is left behind. */}
        <a href="/" className={classes.button} data-quiet>
          Go to the start
        </a>
      </div>
    </Main>
  );
}
