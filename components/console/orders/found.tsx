import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { type Pages, rowsOf } from '../../data/paged-table.tsx';
import { counted } from '../rate.ts';
import page from './money-page.module.css';

/** How many rows were found so far, and how the search was understood. */
export function Found({
  list,
  one,
  meaning = null,
}: {
  list: UseInfiniteQueryResult<Pages<unknown>>;
  /** "order" */
  one: string;
  meaning?: string | null;
}) {
  const rows = rowsOf(list.data);
  return (
    <span className={page.found} role="status">
      {rows
        ? [meaning, `${counted(rows.length, one)}${list.hasNextPage ? ' and more' : ''}`].filter(Boolean).join(' · ')
        : null}
    </span>
  );
}
