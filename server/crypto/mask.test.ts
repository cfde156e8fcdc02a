import { expect, test } from 'vitest';
import {
  isMasked,
  maskAddressLine,
  maskCard,
  maskDateOfBirth,
  maskEmail,
  maskName,
  maskPhone,
  maskToInitial,
} from './mask.ts';

test.each([
  ['ursula@example.com', 'u***@example.com'],
  ['u@example.com', 'u***@example.com'],
  ['"odd@name"@example.com', '"***@example.com'],
  ['@example.com', '***'],
  ['no address', '***'],
])('e-mail %s → %s', (value, masked) => {
  expect(maskEmail(value)).toBe(masked);
});

test.each([
  ['+1234567890', '+1234***890'],
  ['+31 20 123 45 67', '+3120***567'],
  ['020-1234567', '0201***567'],
  ['+12 345 67 89', '***89'],
  ['012345678', '***78'],
  ['12345678', '***78'],
  ['7', '***7'],
  ['', '***'],
])('phone %s → %s', (value, masked) => {
  expect(maskPhone(value)).toBe(masked);
});

test('birth date, address and card', () => {
  expect(maskDateOfBirth('1987-04-12')).toBe('1987-**-**');
  expect(maskAddressLine()).toBe('***');
  expect(maskCard('3456')).toBe('****-****-****-3456');
});

test('names: for who knows whom they mean, and for who need not', () => {
  expect(maskName({ givenName: 'Ada', familyName: '𝒪kafor' })).toBe('Ada 𝒪.');
  expect(maskToInitial('Ada Okafor')).toBe('A***');
  expect(maskToInitial('𝒜da')).toBe('𝒜***');
  expect(maskToInitial('')).toBe('***');
});

test('every mask is known as one, and no real value is', () => {
  const masked = [
    maskEmail('ursula@example.com'),
    maskPhone('+1234567890'),
    maskPhone('12345'),
    maskDateOfBirth('1987-04-12'),
    maskAddressLine(),
    maskCard('3456'),
  ];
  expect(masked.map(isMasked)).toEqual(masked.map(() => true));
  const real = ['ursula@example.com', '+1234567890', '1987-04-12', 'Main Street 5 **', '4242'];
  expect(real.map(isMasked)).toEqual(real.map(() => false));
});
