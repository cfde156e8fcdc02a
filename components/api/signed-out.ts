import { get } from './client.ts';
import { isStatus } from './problem.ts';

let leaving = false;

/** The person signs out by themselves: whoever does it says where to go. `false`: it did not work. */
export const signingOut = (now: boolean) => {
  leaving = now;
};

const signInUrl = () => {
  const { pathname, search } = window.location;
  return pathname === '/signin' ? null : `/signin?ended=1&callbackUrl=${encodeURIComponent(pathname + search)}`;
};

/** Where a page goes when a read finds that the session has ended. Writes stay: an edit must not be lost to a redirect. */
export function toSignIn(): void {
  const url = signInUrl();
  if (url !== null && !leaving) window.location.assign(url);
}

/**
 * The server said that it ended this: when it was the session, what the page shows is no longer for whoever looks at it, so
 * it is hidden at once and left, also with an edit that is not saved.
 */
export async function leaveIfSignedOut(): Promise<void> {
  const gone = await get('/me').then(
    () => false,
    (error: unknown) => isStatus(error, 401),
  );
  const url = signInUrl();
  if (!gone || leaving || url === null) return;
  leaving = true;
  document.body.hidden = true;
  window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), { capture: true });
  window.location.assign(url);
}
