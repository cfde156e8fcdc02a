import { parseAmount } from '../../values/amount.ts';
import { formatMoney } from '../../values/format.ts';

/** What of `GET /payments` a search means. */
export interface PaymentSearch {
  q: string;
  amount: number | null;
  last4: string;
  /** How the text was understood; null for numbers and ids, which explain themselves. */
  meaning: string | null;
  /** The other thing that it could mean, as a search of its own. */
  instead: { text: string; meaning: string } | null;
}

const nothing: PaymentSearch = { q: '', amount: null, last4: '', meaning: null, instead: null };

/**
 * Four digits are the end of a card, for that is what people read out; the same with decimals is an amount. Anything that is
 * neither is a number of ours or an id of the gateway's.
 */
export function paymentSearch(text: string): PaymentSearch {
  const plain = text.trim();
  if (plain === '') return nothing;
  const last4 = /^[•*x\s]*(\d{4})$/i.exec(plain)?.[1];
  if (last4) {
    const amount = formatMoney(Number(last4) * 100, 'EUR');
    return {
      ...nothing,
      last4,
      meaning: `Cards that end in ${last4}`,
      instead: { text: `${last4}.00`, meaning: `Search ${amount} instead` },
    };
  }
  const amount = parseAmount(plain);
  if (amount !== null) return { ...nothing, amount, meaning: `Payments of ${formatMoney(amount, 'EUR')}` };
  return { ...nothing, q: plain };
}
