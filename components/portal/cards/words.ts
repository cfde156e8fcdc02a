import type { Card } from '../../api/checkout.ts';

type Expiry = Pick<Card, 'expMonth' | 'expYear'>;

/** Months from a moment (ms, UTC) until that in which a card runs out: 0 in its last month, below when it has. null: not known. */
function monthsLeft({ expMonth, expYear }: Expiry, now: number): number | null {
  if (expMonth === null || expYear === null) return null;
  const today = new Date(now);
  return expYear * 12 + expMonth - 1 - (today.getUTCFullYear() * 12 + today.getUTCMonth());
}

/** What its holder should know about when a card runs out, or null. A card works until the end of its month. */
export function expiryWarning(card: Expiry, now: number): { words: string; tone: 'warn' | 'bad' } | null {
  const left = monthsLeft(card, now);
  if (left === null || left > 1) return null;
  if (left === 1) return { words: 'Expires next month', tone: 'warn' };
  return left === 0 ? { words: 'Expires this month', tone: 'warn' } : { words: 'Expired', tone: 'bad' };
}
