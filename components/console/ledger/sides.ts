import type { JournalEntry } from '../../api/console/shapes.ts';

type Sides = Pick<JournalEntry, 'postings'>;

/** What an entry moves, in minor units: its debits, which equal its credits. */
export const totalOf = ({ postings }: Sides): number =>
  postings.reduce((sum, { direction, amount }) => sum + (direction === 'debit' ? amount.amount : 0), 0);

/** The accounts on one side: `Bank`, `Tax payable, Membership income`. */
export const sideText = ({ postings }: Sides, side: 'debit' | 'credit'): string =>
  [...new Set(postings.filter(({ direction }) => direction === side).map(({ accountName }) => accountName))].join(', ');
