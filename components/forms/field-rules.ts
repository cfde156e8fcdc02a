/** What the server will say about a field, said while one types. The server decides; these only spare a round trip. */

type Rule<Value> = (value: Value) => string | null;

export const required =
  (message: string): Rule<string> =>
  (value) =>
    value.trim() === '' ? message : null;

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
