'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { Dialog } from '../page/dialog.tsx';
import { DialogFoot } from '../page/dialog-foot.tsx';
import stack from '../page/stack.module.css';

/** Where to go on to: a path of ours, or an entry of the browser's history by its key. */
type Target = { path: string } | { entry: string };

/**
 * While `dirty`, asks before the page is left: by a link in the app, by Back and Forward, by closing the tab, by a reload.
 * Browsers let Back be held once until the person has touched the page again, so that nobody is caught.
 */
export function UnsavedGuard({ dirty }: { dirty: boolean }) {
  const router = useRouter();
  const [target, setTarget] = useState<Target | null>(null);
  const leaving = useRef(false);

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
      setTarget({ path: url.pathname + url.search + url.hash });
    };
    const onNavigate = (event: NavigateEvent) => {
      if (event.navigationType !== 'traverse' || !event.cancelable || leaving.current) return;
      if (new URL(event.destination.url).pathname === window.location.pathname) return;
      event.preventDefault();
      setTarget({ entry: event.destination.key });
    };
    // Not there in browsers from before 2026: these go Back without a question.
    const history: Navigation | undefined = window.navigation;
    window.addEventListener('beforeunload', beforeUnload);
    document.addEventListener('click', onClick, true);
    history?.addEventListener('navigate', onNavigate);
    return () => {
      window.removeEventListener('beforeunload', beforeUnload);
      document.removeEventListener('click', onClick, true);
      history?.removeEventListener('navigate', onNavigate);
    };
  }, [dirty]);

  if (target === null) return null;
  return (
    <Dialog onClose={() => setTarget(null)} title="Leave without saving?">
      <p className={stack.plain}>Your changes on this page are not saved yet.</p>
      <DialogFoot
        confirm="Leave, discard changes"
        onConfirm={() => {
          setTarget(null);
          if ('entry' in target) {
            leaving.current = true;
            window.navigation.traverseTo(target.entry);
          }
          // A path of ours, read from a link on this page: the cast only tells typed routes so.
          else router.push(target.path as '/');
        }}
        danger
        cancel="Stay on the page"
        onCancel={() => setTarget(null)}
        focus="cancel"
      />
    </Dialog>
  );
}
