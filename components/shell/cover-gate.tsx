'use client';

import { type ComponentType, useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { isCovered, isHeld, onCover } from '../api/cover.ts';
import classes from './signed-out-cover.module.css';

const never = () => false;

/** Draws the cover of a page whose session has ended. It is loaded as soon as there is something to cover: later the connection may be gone. */
export function CoverGate() {
  const held = useSyncExternalStore(onCover, isHeld, never);
  const covered = useSyncExternalStore(onCover, isCovered, never);
  const [Cover, setCover] = useState<ComponentType | null>(null);
  const load = useCallback(
    () =>
      void import('./signed-out-cover.tsx').then(
        (loaded) => setCover(() => loaded.SignedOutCover),
        () => {},
      ),
    [],
  );
  useEffect(() => {
    if (held || covered) load();
  }, [held, covered, load]);
  if (!covered) return null;
  return Cover ? <Cover /> : <PlainCover onBack={load} />;
}

/** In the cover's place while it cannot be loaded. It is tried again when they come back to the tab. */
function PlainCover({ onBack }: { onBack: () => void }) {
  useEffect(() => {
    document.addEventListener('visibilitychange', onBack);
    return () => document.removeEventListener('visibilitychange', onBack);
  }, [onBack]);
  return (
    <dialog
      // Above whatever dialog is open, which it makes inert.
      ref={(dialog) => dialog?.showModal()}
      className={classes.cover}
      role="alertdialog"
      aria-label="You were signed out on this device"
      onCancel={(event) => event.preventDefault()}
      // A second Escape closes it all the same.
      onClose={(event) => event.currentTarget.showModal()}
    >
      <p>
        You were signed out on this device. What you have typed is still here, out of sight.{' '}
        <a href="/signin" target="_blank" rel="noreferrer">
          Sign in again
        </a>{' '}
        in another tab, then come back.
      </p>
    </dialog>
  );
}
