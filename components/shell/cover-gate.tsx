'use client';

import { type ComponentType, useEffect, useState, useSyncExternalStore } from 'react';
import { isCovered, onCover } from '../api/signed-out.ts';

/** Draws the cover of a page whose session has ended; it is loaded then. */
export function CoverGate() {
  const covered = useSyncExternalStore(onCover, isCovered, () => false);
  const [Cover, setCover] = useState<ComponentType | null>(null);
  useEffect(() => {
    if (covered) void import('./signed-out-cover.tsx').then((loaded) => setCover(() => loaded.SignedOutCover));
  }, [covered]);
  return covered && Cover ? <Cover /> : null;
}
