'use client';

import { IconLogout } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { signOut } from '../api/auth.ts';
import { signingOut } from '../api/cover.ts';
import { messageOf } from '../api/problem.ts';
import { leaveForGood } from '../api/signed-out.ts';
import classes from './user-menu.module.css';

/** Ends the session, and loads the sign-in page. */
export function SignOut() {
  const leave = useMutation({
    // The session's streams end with it: the page must not take that for a session that was ended elsewhere.
    onMutate: () => signingOut(true),
    mutationFn: signOut,
    onError: () => signingOut(false),
    // A full load: nothing of one person stays in memory for the next. The session is over: staying would save nothing.
    onSuccess: () => leaveForGood('/signin?signedOut=1'),
  });
  return (
    <div className={classes.part}>
      <button type="button" className={classes.item} disabled={leave.isPending} onClick={() => leave.mutate()}>
        <IconLogout size={17} stroke={1.75} aria-hidden />
        {leave.isPending ? 'Signing out…' : 'Sign out'}
      </button>
      {leave.isError ? (
        <p role="alert" className={classes.failed}>
          Still signed in. {messageOf(leave.error)}
        </p>
      ) : null}
    </div>
  );
}
