'use client';

import { useState } from 'react';
import { redriveOne } from '../../api/console/dead-letters.ts';
import type { DeadLetter, RedriveResult } from '../../api/console/shapes.ts';
import { messageOf } from '../../api/problem.ts';
import { formatNumber } from '../../values/format.ts';
import { RedriveDialog } from './redrive-dialog.tsx';

/** Those that were selected, one after the other, the oldest first: a record's order holds. */
export function RedriveSelection({ letters, onClose }: { letters: DeadLetter[]; onClose: () => void }) {
  // What was selected when the dialog opened: the list behind it is read again.
  const [chosen] = useState(() => letters.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)));
  return (
    <RedriveDialog
      title={`Redrive ${formatNumber(chosen.length)} selected`}
      count={chosen.length}
      letters={chosen}
      run={() => redriveEach(chosen)}
      onClose={onClose}
    />
  );
}

async function redriveEach(letters: DeadLetter[]): Promise<RedriveResult[]> {
  const results: RedriveResult[] = [];
  for (const { id } of letters) {
    try {
      const { redriven } = await redriveOne(id, undefined, crypto.randomUUID());
      results.push({ id, redriven, problem: null });
    } catch (error) {
      results.push({ id, redriven: 0, problem: messageOf(error) });
    }
  }
  return results;
}
