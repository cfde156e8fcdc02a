'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback, useState, useSyncExternalStore } from 'react';

const key = 'guildhall-mailed-to';
const nothing = () => () => {};

/** This tab's memory, not the address of the page: an e-mail address in there would stay in histories and logs. */
const kept = () => {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
};

/**
 * To whom a mail went on this page, also after a reload: `undefined` while that is not known yet, null for nobody.
 * `remember` notes it, here and for the reload.
 */
export function useMailedTo(): [address: string | null | undefined, remember: (email: string) => void] {
  const sent = useSearchParams().has('sent');
  const [now, setNow] = useState<string | null>(null);
  const before = useSyncExternalStore(nothing, kept, () => undefined);
  const remember = useCallback((email: string) => {
    setNow(email);
    try {
      sessionStorage.setItem(key, email);
    } catch {
      // Without a memory a reload begins anew.
    }
    const url = new URL(window.location.href);
    url.searchParams.set('sent', '1');
    window.history.replaceState(null, '', url);
  }, []);
  return [now ?? (sent ? before : null), remember];
}
