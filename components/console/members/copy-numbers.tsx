'use client';

import { Button, CopyButton } from '@mantine/core';

/** Puts the member numbers of a selection on the clipboard, one a line. */
export function CopyNumbers({ numbers }: { numbers: string[] }) {
  return (
    <CopyButton value={numbers.join('\n')}>
      {({ copied, copy }) => (
        <Button variant="default" onClick={copy}>
          {copied ? 'Copied' : 'Copy numbers'}
        </Button>
      )}
    </CopyButton>
  );
}
