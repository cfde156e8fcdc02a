/** How many digits stand behind the point in a currency: 2 for EUR, 0 for JPY. */
export const fractionDigits = (currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** Minor units as a plain number for machines: `-1234.50`. Exact for any safe integer. */
export function decimals(amount: number, currency: string): string {
  const digits = fractionDigits(currency);
  const text = String(Math.abs(amount)).padStart(digits + 1, '0');
  const sign = amount < 0 ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Minor units for people: `1,234.50`, with a real minus sign; the currency stands beside it or above the column. */
export function amountText(amount: number, currency: string): string {
  const [whole = '', fraction] = decimals(Math.abs(amount), currency).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${amount < 0 ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** `€1,234.50`, `CHF 12.00` */
export function moneyText(amount: number, currency: string): string {
  const parts = new Intl.NumberFormat('en', { style: 'currency', currency }).formatToParts(0);
  const symbol = parts.find((part) => part.type === 'currency')?.value ?? currency;
  const gap = /^[A-Z]/.test(symbol) ? ' ' : '';
  return `${amount < 0 ? '−' : ''}${symbol}${gap}${amountText(Math.abs(amount), currency)}`;
}
