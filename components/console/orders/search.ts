import { parseAmount } from '../../values/amount.ts';
import { formatMoney } from '../../values/format.ts';

/** What of `GET /orders` a search means: a total, else a number, for which `12` is as good as `O-000012`. */
export function orderSearch(text: string): { number: string; amount: number | null; meaning: string | null } {
  const plain = text.trim();
  if (/^(O-)?\d+$/i.test(plain)) {
    const digits = plain.replace(/^O-/i, '').padStart(6, '0');
    return { number: `O-${digits}`, amount: null, meaning: `Order O-${digits}` };
  }
  const amount = parseAmount(plain);
  if (amount !== null) return { number: '', amount, meaning: `Totals of ${formatMoney(amount, 'EUR')}` };
  return { number: plain, amount: null, meaning: null };
}
