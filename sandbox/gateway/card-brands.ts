/** How a card number of a brand begins, how long it is and how it is written. */
export type Brand = { name: string; starts: string[]; lengths: number[]; groups: number[]; cvc: number };

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
const fours = [4, 4, 4, 4];

export const brands: readonly Brand[] = [
  { name: 'Visa', starts: ['4'], lengths: [16], groups: fours, cvc: 3 },
  { name: 'American Express', starts: ['34', '37'], lengths: [15], groups: [4, 6, 5], cvc: 4 },
  { name: 'Mastercard', starts: [...range(51, 55), ...range(22, 27)], lengths: [16], groups: fours, cvc: 3 },
  { name: 'Discover', starts: ['6011', '64', '65'], lengths: [16], groups: fours, cvc: 3 },
  { name: 'Diners Club', starts: ['30', '36', '38', '39'], lengths: [14, 16], groups: fours, cvc: 3 },
  { name: 'JCB', starts: ['35'], lengths: [16], groups: fours, cvc: 3 },
  { name: 'UnionPay', starts: ['62', '81'], lengths: [16, 19], groups: fours, cvc: 3 },
];
