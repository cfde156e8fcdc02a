'use client';

import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { leaveForGood, uncoverForItsPerson } from '../api/signed-out.ts';
import stack from '../page/stack.module.css';
import classes from './signed-out-cover.module.css';

const words = {
  nobody: 'Nobody is signed in yet.',
  another: 'Somebody else is signed in now. This page opens again for you alone.',
  unreachable: 'Guildhall could not be reached. Try again once you are connected.',
};

/** Stands over a page whose session has ended while something on it is not saved. Whoever typed it signs in again, and goes on. */
export function SignedOutCover() {
  const client = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const [found, setFound] = useState<keyof typeof words | null>(null);

  useEffect(() => {
    const before = document.activeElement;
    // Above whatever dialog is open, which it makes inert.
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  async function look() {
    const now = await uncoverForItsPerson().catch(() => 'unreachable' as const);
    if (now === 'same') void client.invalidateQueries();
    else setFound(now);
  }
  const looking = useRef(look);
  looking.current = look;
  useEffect(() => {
    // They come back from the tab in which they have signed in.
    const onVisible = () => {
      if (!document.hidden) void looking.current();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, []);

  return (
    <dialog
      ref={dialog}
      className={classes.cover}
      role="alertdialog"
      aria-labelledby="signed-out"
      onCancel={(event) => event.preventDefault()}
      // A second Escape closes it all the same.
      onClose={() => dialog.current?.showModal()}
    >
      <div className={classes.panel}>
        <h2 id="signed-out" className={classes.title}>
          You were signed out on this device
        </h2>
        <p className={stack.plain}>
          What you have typed is still here, out of sight. Sign in again in another tab, then come back and save it.
        </p>
        <p className={`${stack.small} ${stack.dim}`} role="status">
          {found ? words[found] : ''}
        </p>
        <div className={stack.actions}>
          <Button component="a" href="/signin" target="_blank">
            Sign in again
          </Button>
          <Button variant="default" onClick={() => void look()}>
            Go on
          </Button>
          <Button variant="subtle" color="red" onClick={() => leaveForGood()}>
            Leave, discard changes
          </Button>
        </div>
      </div>
    </dialog>
  );
}
