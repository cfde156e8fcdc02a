'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { deadLettersQuery, redriveMany } from '../../api/console/dead-letters.ts';
import type { DeadLetterGroup } from '../../api/console/shapes.ts';
import { useIntent } from '../../api/intent.ts';
import { formatNumber } from '../../values/format.ts';
import { RedriveDialog } from './redrive-dialog.tsx';

/** The API takes at most this many at once. */
const most = 1000;

/** Everything that failed for one cause. */
export function RedriveGroup({ group, onClose }: { group: DeadLetterGroup; onClose: () => void }) {
  const intent = useIntent();
  const count = Math.min(group.letters, most);
  const list = useInfiniteQuery({
    ...deadLettersQuery({ status: 'open', queue: group.queue, fingerprint: group.fingerprint }, 100),
    // A preview must not change under the eyes, least of all while it runs.
    refetchInterval: false,
  });
  const input = { queue: group.queue, fingerprint: group.fingerprint, limit: count };
  return (
    <RedriveDialog
      title={`Redrive ${formatNumber(count)} of ${group.queue}`}
      count={count}
      letters={list.data?.pages[0]?.data.filter((letter) => !letter.tail)}
      run={async () => (await intent(input, (key) => redriveMany(input, key))).results}
      onClose={onClose}
    />
  );
}
