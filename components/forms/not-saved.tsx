import { Button } from '@mantine/core';
import { isOffline, messageOf } from '../api/problem.ts';
import { Notice } from '../page/notice.tsx';

/** Stands in a form whose save failed: what was typed is still there, and goes out again by the button. */
export function NotSaved({ error }: { error: Error | null }) {
  if (!isOffline(error)) {
    return (
      <Notice tone="bad" title="Your changes are not saved">
        {messageOf(error)}
      </Notice>
    );
  }
  return (
    <Notice
      tone="bad"
      title="No connection. Nothing was saved yet."
      action={
        <Button type="submit" size="xs" variant="default">
          Try again
        </Button>
      }
    >
      What you changed is still here. Try again once you are connected.
    </Notice>
  );
}
