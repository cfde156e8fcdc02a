/** `a 123`, `A000123`, `123` → `A-000123`; null when it is no account number. */
export function accountNumberOf(text: string): string | null {
  const digits = /^A?[-–\s]*(\d{1,12})$/i.exec(text.trim().replace(/\s+/g, ''))?.[1];
  return digits === undefined ? null : `A-${digits.padStart(6, '0')}`;
}
