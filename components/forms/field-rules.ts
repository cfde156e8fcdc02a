/** What the server will say about a field, said while one types. The server decides; these only spare a round trip. */

type Rule<Value> = (value: Value) => string | null;

export const required =
  (message: string): Rule<string> =>
  (value) =>
    value.trim() === '' ? message : null;

/** The longest that the server takes, in characters. A test holds them to the server's own. */
export const maxLengths = {
  givenName: 80,
  familyName: 80,
  email: 254,
  line1: 100,
  line2: 100,
  city: 60,
  postalCode: 16,
  region: 60,
} as const;

export const atMost =
  (max: number): Rule<string> =>
  (value) => {
    const over = value.trim().length - max;
    return over > 0 ? `${over} ${over === 1 ? 'character' : 'characters'} too many: at most ${max} fit` : null;
  };

export const email: Rule<string> = (value) => {
  const text = value.trim();
  if (text === '') return 'Enter your e-mail address';
  return /^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/.test(text) ? null : 'Enter a full address, such as ada@example.org';
};

export const minimumPassword = 10;

export const newPassword: Rule<string> = (value) => {
  if (value === '') return 'Choose a password';
  const missing = minimumPassword - value.length;
  return missing > 0 ? `${missing} more ${missing === 1 ? 'character' : 'characters'} needed` : null;
};

export const phone: Rule<string> = (value) => {
  const text = value.trim();
  if (text === '') return null;
  return /^\+?[\d\s().-]{6,24}$/.test(text) && text.replace(/\D/g, '').length >= 6
    ? null
    : 'Enter a phone number, such as +49 30 1234567';
};

/** What no further key makes a number of. */
export const phoneSoFar: Rule<string> = (value) => {
  const text = value.trim();
  if (/[^+\d\s().-]/.test(text) || text.lastIndexOf('+') > 0)
    return 'A phone number has digits, spaces and + ( ) . - only';
  return text.length > 25 ? 'That is too long for a phone number' : null;
};

export const dateOfBirth: Rule<string> = (value) => {
  if (value === '') return null;
  const date = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return 'Enter a full date';
  const age = (Date.now() - date.getTime()) / (365.25 * 86_400_000);
  return age > 14 && age < 120 ? null : 'Check the year';
};

export interface AddressFields {
  line1: string;
  line2: string;
  city: string;
  postalCode: string;
  region: string;
  country: string;
}

export const emptyAddress: AddressFields = { line1: '', line2: '', city: '', postalCode: '', region: '', country: '' };

export const hasAddress = (address: AddressFields) => Object.values(address).some((value) => value.trim() !== '');

/** An address is whole or not given at all. */
export const addressPart =
  (message: string) =>
  (value: string, values: { address: AddressFields }): string | null =>
    hasAddress(values.address) && value.trim() === '' ? message : null;

export const addressRules = {
  line1: addressPart('Enter street and number'),
  city: addressPart('Enter the town or city'),
  postalCode: addressPart('Enter the postal code'),
  country: addressPart('Choose the country'),
};

/** A year whose four digits are not all there yet reads as one long ago. */
const dateSoFar: Rule<string> = (value) => (value < '1000' ? null : dateOfBirth(value));

/** What is said of a person while one types: what no further key can put right. */
export const personSoFar = {
  givenName: atMost(maxLengths.givenName),
  familyName: atMost(maxLengths.familyName),
  email: atMost(maxLengths.email),
  phone: phoneSoFar,
  dateOfBirth: dateSoFar,
  address: {
    line1: atMost(maxLengths.line1),
    line2: atMost(maxLengths.line2),
    city: atMost(maxLengths.city),
    postalCode: atMost(maxLengths.postalCode),
    region: atMost(maxLengths.region),
  },
};
