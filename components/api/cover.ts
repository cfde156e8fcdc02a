/** The person whose page this is: the first who was signed in on it. Whoever signs in or out loads the page anew. */
let person: string | null = null;
let leaving = false;
let unsaved = 0;
let covered = false;
const listeners = new Set<() => void>();

const tell = () => {
  for (const listener of listeners) listener();
};

/** Runs when the page becomes held or covered, or is so no longer. */
export function onCover(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const isPageOf = (userId: string) => person === userId;
export const isAnothers = (userId: string) => person !== null && person !== userId;
export const foundSignedIn = (userId: string) => {
  if (person !== null) return;
  person = userId;
  tell();
};

/** The person signs out by themselves: whoever does it says where to go. `false`: it did not work. */
export const signingOut = (now: boolean) => {
  leaving = now;
};
export const isLeaving = () => leaving;

/** There is text on the page that is not saved, until what it gives is called: the page is then covered, and not left. */
export function holdPage(): () => void {
  unsaved += 1;
  tell();
  return () => {
    unsaved -= 1;
    tell();
  };
}

/** Somebody is signed in who would lose something. Not on the page where one signs in: its own refusals are for its form. */
export const isHeld = () => unsaved > 0 && person !== null && !leaving && window.location.pathname !== '/signin';

export const isCovered = () => covered;

/** What the page shows is no longer for whoever looks at it: it is hidden at once (tokens.css), text and all. */
function setCovered(now: boolean): void {
  covered = now;
  document.documentElement.toggleAttribute('data-covered', now);
  tell();
}

/** Covers the page when something on it would be lost by leaving. False when nothing would. */
export function coverHeld(): boolean {
  if (!covered && isHeld()) setCovered(true);
  return covered;
}

export const uncover = () => setCovered(false);

/** Resolves once the page is not covered. */
export const whenOpen = () =>
  new Promise<void>((resolve) => {
    if (!covered) return resolve();
    const stop = onCover(() => {
      if (covered) return;
      stop();
      resolve();
    });
  });
