'use client';

import { HiddenText } from '../page/hidden-text.tsx';
import { useNow } from './clock.ts';
import { formatDate, formatDateTime, formatRelative } from './format.ts';

/** `4 min ago`; the exact moment on hover, and after the words for a screen reader. */
export function RelativeTime({ at, className }: { at: string; className?: string }) {
  const now = useNow();
  if (now === null) {
    return (
      <time dateTime={at} className={className}>
        {formatDate(at)}
      </time>
    );
  }
  // A clock that is a few seconds behind the server's must not say "in 2 s" of something that has happened.
  const moment = Date.parse(at);
  const shown = formatRelative(moment > now && moment < now + 15_000 ? now : moment, now);
  const exact = formatDateTime(at);
  return (
    <time dateTime={at} title={exact} className={className}>
      {shown}
      <HiddenText>, {exact}</HiddenText>
    </time>
  );
}
