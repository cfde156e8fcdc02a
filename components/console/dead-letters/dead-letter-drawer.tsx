'use client';

import type { Route } from 'next';
import { DetailDrawer } from '../../data/detail-drawer.tsx';
import { DeadLetterView } from './dead-letter-view.tsx';

export function DeadLetterDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  return (
    <DetailDrawer
      opened={id !== null}
      onClose={onClose}
      title="Dead letter"
      {...(id === null ? {} : { href: `/ops/dead-letters/${id}` as Route })}
    >
      {id === null ? null : <DeadLetterView id={id} />}
    </DetailDrawer>
  );
}
