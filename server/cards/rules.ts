/** How the gateway names a card: of its frame, of its tests, or an older one's. */
export const gatewayName = /^(pm|tok|card)_[A-Za-z0-9_]{1,120}$/;

/** How long before a card runs out its holder is told. */
export const tellBeforeDays = 30;

/** `2027-03` */
export const expiryOf = (year: number, month: number) => `${year}-${String(month).padStart(2, '0')}`;

/** The last month (`2027-03`) whose cards run out within the time in which their holders are told. */
export function lastMonthToTell(now: Date): { year: number; month: number } {
  const until = new Date(now.getTime() + tellBeforeDays * 24 * 3_600_000);
  // The first of the month that begins within that time ends the month before.
  const month = until.getUTCMonth();
  return month === 0 ? { year: until.getUTCFullYear() - 1, month: 12 } : { year: until.getUTCFullYear(), month };
}

/** `Visa ••4242` */
export function cardName(brand: string | null, last4: string | null): string {
  const name = brand ? brand.charAt(0).toUpperCase() + brand.slice(1) : 'Card';
  return last4 ? `${name} ••${last4}` : name;
}
