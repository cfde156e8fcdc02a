declare global {
  interface Window {
    /** The last submit that no form of ours has taken: its form is not awake yet. */
    guildhallHeld?: SubmitEvent | undefined;
  }
}

/**
 * Runs with the page's first bytes. Every form of ours takes its submit itself; one whose scripts are not there yet does not, and
 * the browser would load the page anew, and lose all that was typed. Such a submit is held until its form is awake: parts of a
 * page wake later than others.
 */
export const holdSubmits = `addEventListener('submit',function(e){if(!e.defaultPrevented){e.preventDefault();window.guildhallHeld=e}else if(window.guildhallHeld&&window.guildhallHeld.target===e.target)window.guildhallHeld=undefined})`;

/** An effect of whatever may contain a form: sends the submit that was held. One that is still too early is held again. */
export function sendHeld(): void {
  const held = window.guildhallHeld;
  window.guildhallHeld = undefined;
  if (!(held?.target instanceof HTMLFormElement) || !held.target.isConnected) return;
  const { submitter, target } = held;
  const isOfForm = submitter instanceof HTMLButtonElement && submitter.form === target;
  target.requestSubmit(isOfForm ? submitter : null);
}
