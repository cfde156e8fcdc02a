import { wordsOf } from '../../values/format.ts';

/** `Visa •• 4242`. */
export const cardText = ({ brand, last4 }: { brand: string | null; last4: string | null }) =>
  `${brand ? wordsOf(brand) : 'Card'}${last4 ? ` •• ${last4}` : ''}`;
