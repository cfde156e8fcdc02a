/** The largest transfer, in minor units. */
const most = 10_000_000_000_000;

/**
 * An amount as people write it, in minor units of a currency with two decimals: `12`, `12.5`, `12,50`, `€12.50`, `1,234.50`,
 * `1.234,50`, `1 234,50`. null when it is none, and for `12.500` alone: twelve and a half and twelve thousand look the same.
 */
export function parseAmount(text: string): number | null {
  const plain = text.replace(/^\s*(?:€|EUR)|(?:€|EUR)\s*$/gi, '').replace(/[\s’']/g, '');
  const [, whole, cents = ''] = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(plain) ?? [];
  if (whole === undefined || !/^(?:\d+|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+)$/.test(whole)) return null;
  if (cents === '' && /^\d+[.,]\d{3}$/.test(whole)) return null;
  // `1.234.50` and `1,234,50` are slips of the finger, not amounts.
  if (cents !== '' && whole.includes(plain.charAt(whole.length))) return null;
  const minor = Number(whole.replace(/[.,]/g, '')) * 100 + Number(cents.padEnd(2, '0'));
  return minor <= most ? minor : null;
}

/** What is wrong with an amount, or null. `available` in minor units. */
export function amountProblem(text: string, available: { amount: number; words: string } | null): string | null {
  if (text.trim() === '') return 'Enter an amount';
  const amount = parseAmount(text);
  if (amount === null) return 'Enter an amount such as 12.50';
  if (amount === 0) return 'Enter more than zero';
  return available && amount > available.amount ? `You have ${available.words} available` : null;
}
