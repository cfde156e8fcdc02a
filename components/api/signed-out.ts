import { ask } from './client.ts';
import { coverHeld, isAnothers, isHeld, isLeaving, isPageOf, signingOut, uncover } from './cover.ts';
import { isStatus } from './problem.ts';
import type { Me } from './shapes.ts';

/** Who is signed in by now, also while the page is covered; null for nobody. */
const whoIsIn = () =>
  ask<Me>('/me', { method: 'GET' }).then(
    ({ data }) => data.id,
    (error: unknown) => {
      if (isStatus(error, 401)) return null;
      throw error;
    },
  );

/** The person whose page it is goes on where they were; for anybody else it stays covered. */
export async function uncoverForItsPerson(): Promise<'same' | 'nobody' | 'another'> {
  const now = await whoIsIn();
  if (now === null) return 'nobody';
  if (!isPageOf(now)) return 'another';
  uncover();
  return 'same';
}

const signInUrl = () => {
  const { pathname, search } = window.location;
  return pathname === '/signin' ? null : `/signin?ended=1&callbackUrl=${encodeURIComponent(pathname + search)}`;
};

/** Where a page goes when a read finds that the session has ended. Writes stay: an edit must not be lost to a redirect. */
export function toSignIn(): void {
  const url = signInUrl();
  if (url === null || isLeaving() || coverHeld()) return;
  window.location.assign(url);
}

/** Gives up what is not saved. */
export function leaveForGood(url = signInUrl() ?? '/'): void {
  signingOut(true);
  window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), { capture: true });
  window.location.assign(url);
}

/** Nobody is signed in any more, or somebody else than this page is for. */
const isSignedOut = () =>
  whoIsIn().then(
    (userId) => userId === null || isAnothers(userId),
    () => false,
  );

/** A write was refused for want of a session: whoever has typed something is shown the way back in. */
export async function coverIfSignedOut(): Promise<void> {
  if (isHeld() && (await isSignedOut())) coverHeld();
}

/** The server said that it ended this: when it was the session, nothing of the page stays in sight. */
export async function leaveIfSignedOut(): Promise<void> {
  if (!(await isSignedOut()) || isLeaving() || signInUrl() === null || coverHeld()) return;
  document.body.hidden = true;
  leaveForGood();
}
