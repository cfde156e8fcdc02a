'use client';

import { Button } from '@mantine/core';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Dialog } from '../page/dialog.tsx';
import stack from '../page/stack.module.css';

/** While `dirty`, asks before the page is left: by a link in the app, by closing the tab, by a reload. */
export function UnsavedGuard({ dirty }: { dirty: boolean }) {
  const router = useRouter();
  const [target, setTarget] = useState<string | null>(null);

  useEffect(() => {
    if (!dirty) return;
    const beforeUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      if (
        event.defaultPrevented ||
        event.button !== 0 ||
        event.metaKey ||
        event.ctrlKey ||
        event.shiftKey ||
        event.altKey
      )
        return;
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (
        !link ||
        link.target === '_blank' ||
        link.hasAttribute('download') ||
        link.getAttribute('href')?.startsWith('#')
      )
        return;
      const url = new URL(link.href, window.location.href);
      if (url.origin !== window.location.origin || url.pathname === window.location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setTarget(url.pathname + url.search + url.hash);
    };
    window.addEventListener('beforeunload', beforeUnload);
    document.addEventListener('click', onClick, true);
    return () => {
      window.removeEventListener('beforeunload', beforeUnload);
      document.removeEventListener('click', onClick, true);
    };
  }, [dirty]);

  if (target === null) return null;
  return (
    <Dialog onClose={() => setTarget(null)} title="Leave without saving?">
      <p className={stack.plain}>Your changes on this page are not saved yet.</p>
      <div className={`${stack.actions} ${stack.end}`}>
        <Button variant="default" data-autofocus onClick={() => setTarget(null)}>
          Stay on the page
        </Button>
        <Button
          color="red"
          onClick={() => {
            // A path of ours, read from a link on this page: the cast only tells typed routes so.
            router.push(target as '/');
            setTarget(null);
          }}
        >
          Leave, discard changes
        </Button>
      </div>
    </Dialog>
  );
}
