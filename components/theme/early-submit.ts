declare global {
  interface Window {
    /** True once the page answers by itself; until then the form that was sent meanwhile. */
    guildhallAwake?: true | HTMLFormElement;
  }
}

/**
 * Runs with the page's first bytes: a form that is sent before our scripts are there would reload the page, and lose all that
 * was typed. It is held, and sent when the page is awake.
 */
export const holdSubmits = `addEventListener('submit',function(e){if(window.guildhallAwake!==true){e.preventDefault();window.guildhallAwake=e.target}},true)`;

export function wake(): void {
  const held = window.guildhallAwake;
  window.guildhallAwake = true;
  if (held instanceof HTMLFormElement && held.isConnected) held.requestSubmit();
}
