import type { Address } from '../../api/shapes.ts';

/** In one line; null when there is none. Parts that are masked stay as they are. */
export const addressText = (address: Address | null | undefined): string | null =>
  address
    ? [
        address.line1,
        address.line2,
        [address.postalCode, address.city].filter(Boolean).join(' '),
        address.region,
        address.country,
      ]
        .filter(Boolean)
        .join(', ')
    : null;
