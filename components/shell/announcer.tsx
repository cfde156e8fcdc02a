'use client';

import { createContext, type ReactNode, use, useCallback, useState } from 'react';
import { HiddenText } from '../page/hidden-text.tsx';

const Announce = createContext<(text: string) => void>(() => {});

/** Says something to a screen reader, politely. */
export const useAnnounce = () => use(Announce);

/** One polite live region for the page. The same text twice is said twice. */
export function Announcer({ children }: { children: ReactNode }) {
  const [message, setMessage] = useState({ text: '', turn: 0 });
  const announce = useCallback((text: string) => setMessage(({ turn }) => ({ text, turn: turn + 1 })), []);
  return (
    <Announce value={announce}>
      {children}
      <div role="status" aria-live="polite" aria-label="Announcements">
        <HiddenText key={message.turn}>{message.text}</HiddenText>
      </div>
    </Announce>
  );
}
