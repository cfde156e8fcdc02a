'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** What the key of shortcuts is called on this person's keyboard; Ctrl until that is known. */
export const useModifierKey = (): '⌘' | 'Ctrl' =>
  useSyncExternalStore(
    never,
    () => (/Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl'),
    () => 'Ctrl',
  );
