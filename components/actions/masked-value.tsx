'use client';

import { UnstyledButton } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import classes from './masked-value.module.css';
import { ReasonDialog } from './reason-dialog.tsx';

/** A clear value stays on screen this long, in milliseconds. */
const shownFor = 60_000;

/**
 * A personal value as the server masked it. Reveal asks for a reason and shows the clear value for a minute, or until it
 * is hidden. Without `reveal` (no permission) there is no button.
 */
export function MaskedValue({
  label,
  masked,
  reveal,
}: {
  /** What it is: "phone". */
  label: string;
  masked: string | null;
  reveal?: (reason: string) => Promise<string | null>;
}) {
  const [clear, setClear] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (clear === null) return;
    const timer = setTimeout(() => setClear(null), shownFor);
    return () => clearTimeout(timer);
  }, [clear]);
  if (masked === null) return <span className={classes.none}>Not given</span>;
  return (
    <span className={classes.value}>
      <span className={clear === null ? classes.masked : undefined}>{clear ?? masked}</span>
      {reveal ? (
        <UnstyledButton
          className={classes.button}
          onClick={() => (clear === null ? setAsking(true) : setClear(null))}
          aria-label={clear === null ? `Reveal ${label}` : `Hide ${label}`}
        >
          {clear === null ? <IconEye size={14} aria-hidden /> : <IconEyeOff size={14} aria-hidden />}
          {clear === null ? 'Reveal' : 'Hide'}
        </UnstyledButton>
      ) : null}
      {asking && reveal ? (
        <ReasonDialog
          title={`Reveal ${label}`}
          confirm={`Reveal ${label}`}
          work={async (reason) => setClear((await reveal(reason)) ?? 'Not given')}
          onClose={() => setAsking(false)}
        >
          It is shown for a minute. Who looked, and why, is logged.
        </ReasonDialog>
      ) : null}
    </span>
  );
}
