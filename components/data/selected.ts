'use client';

import { parseAsString, useQueryState } from 'nuqs';
import { useEffect, useRef } from 'react';

/** Which row of a list is open, in the URL: '' for none. The browser's Back closes what `open` has opened, and does not leave the list. */
export function useSelected(name: string): { id: string; open: (id: string) => void; close: () => void } {
  const [id, setId] = useQueryState(name, parseAsString.withDefault(''));
  const opened = useRef(false);
  useEffect(() => {
    if (id === '') opened.current = false;
  }, [id]);
  return {
    id,
    open(next) {
      // From one row to the next there is one step back, to the list.
      void setId(next, { history: id === '' ? 'push' : 'replace' });
      opened.current ||= id === '';
    },
    close() {
      if (opened.current) window.history.back();
      else void setId(null, { history: 'replace' });
    },
  };
}
