const names: Record<string, string> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
};

/** `visa, 4242` → `Visa ••4242` */
export const cardName = (brand: string | null, last4: string | null) =>
  `${names[brand ?? ''] ?? 'Card'} ••${last4 ?? ''}`;

/** `4, 2031` → `04/31` */
export const expiryOf = (month: number, year: number) =>
  `${String(month).padStart(2, '0')}/${String(year % 100).padStart(2, '0')}`;
