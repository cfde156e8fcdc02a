/** Masks are made so that the person can recognise their own value and nobody can use it. */

/** `ursula@example.com` → `u***@example.com` */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 1 ? '***' : `${email.slice(0, 1)}***${email.slice(at)}`;
}

/** `+1234567890` → `+1234***890`, so at least three digits are hidden; shorter numbers show only their last two. */
export function maskPhone(phone: string): string {
  const plus = phone.trimStart().startsWith('+') ? '+' : '';
  const digits = phone.replace(/\D/g, '');
  return digits.length < 10 ? `***${digits.slice(-2)}` : `${plus}${digits.slice(0, 4)}***${digits.slice(-3)}`;
}

/** `1987-04-12` → `1987-**-**` */
export const maskDateOfBirth = (date: string) => `${date.slice(0, 4)}-**-**`;

/** Only town and country remain. */
export const maskAddressLine = () => '***';

/** `4242` → `****-****-****-4242` */
export const maskCard = (last4: string) => `****-****-****-${last4}`;

/** `Ada Okafor` → `Ada O.`: enough to recognise whom one means. */
export const maskName = ({ givenName, familyName }: { givenName: string; familyName: string }) =>
  `${givenName} ${[...familyName][0] ?? ''}.`;

/** `Ada Okafor` → `A***`: for whoever need not know whom it is about. */
export const maskToInitial = (name: string) => `${[...name][0] ?? ''}***`;

/** A value that looks masked: sent back by a client, it means "unchanged" and is never stored. */
export const isMasked = (value: string) => value.includes('***') || /^\d{4}-\*\*-\*\*$/.test(value);
