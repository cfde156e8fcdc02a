/**
 * An amount as people type it, in minor units of a currency with two decimals: `129`, `€129.00`, `1,290.50`, `129,00`.
 * null when it is none.
 */
export function parseAmount(text: string): number | null {
  const plain = text.replace(/[\s€]|EUR/gi, '');
  const decimal = /^\d+,\d{2}$/.test(plain) ? plain.replace(',', '.') : plain;
  if (!/^(\d+|\d{1,3}(,\d{3})+)(\.\d{1,2})?$/.test(decimal)) return null;
  const [whole = '', cents = ''] = decimal.replaceAll(',', '').split('.');
  const minor = Number(whole) * 100 + Number(cents.padEnd(2, '0'));
  return Number.isSafeInteger(minor) ? minor : null;
}
