import { get } from './client.ts';
import { isStatus } from './problem.ts';
import type { Me } from './shapes.ts';

let leaving = false;
let unsaved = 0;
let covered = false;
const listeners = new Set<() => void>();

/** The person signs out by themselves: whoever does it says where to go. `false`: it did not work. */
export const signingOut = (now: boolean) => {
  leaving = now;
};

/** There is text on the page that is not saved, until what it gives is called: the page is then covered, and not left. */
export function holdPage(): () => void {
  unsaved += 1;
  return () => {
    unsaved -= 1;
    // It was saved after all: nothing is left to come back to.
    if (covered && unsaved === 0) leaveForGood();
  };
}

export const isCovered = () => covered;
export function onCover(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the page shows is no longer for whoever looks at it: it is hidden at once (tokens.css), text and all. */
function cover(now: boolean): void {
  covered = now;
  document.documentElement.toggleAttribute('data-covered', now);
  for (const listener of listeners) listener();
}

/** Who is signed in by now. The same person as before goes on where they were; for anybody else the page stays covered. */
export async function uncoverFor(userId: string | undefined): Promise<'same' | 'nobody' | 'another'> {
  const now = await get<Me>('/me').catch((error: unknown) => {
    if (isStatus(error, 401)) return null;
    throw error;
  });
  if (now === null) return 'nobody';
  if (now.id !== userId) return 'another';
  cover(false);
  return 'same';
}

const signInUrl = () => {
  const { pathname, search } = window.location;
  return pathname === '/signin' ? null : `/signin?ended=1&callbackUrl=${encodeURIComponent(pathname + search)}`;
};

/** Where a page goes when a read finds that the session has ended. Writes stay: an edit must not be lost to a redirect. */
export function toSignIn(): void {
  const url = signInUrl();
  if (url === null || leaving) return;
  if (unsaved > 0) cover(true);
  else window.location.assign(url);
}

/** Gives up what is not saved. */
export function leaveForGood(): void {
  leaving = true;
  window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), { capture: true });
  window.location.assign(signInUrl() ?? '/');
}

const isSignedOut = () =>
  get('/me').then(
    () => false,
    (error: unknown) => isStatus(error, 401),
  );

/** A write was refused for want of a session: whoever has typed something is shown the way back in. */
export async function coverIfSignedOut(): Promise<void> {
  if (unsaved > 0 && (await isSignedOut()) && unsaved > 0) cover(true);
}

/** The server said that it ended this: when it was the session, nothing of the page stays in sight. */
export async function leaveIfSignedOut(): Promise<void> {
  if (!(await isSignedOut()) || leaving || signInUrl() === null) return;
  if (unsaved > 0) return cover(true);
  document.body.hidden = true;
  leaveForGood();
}
