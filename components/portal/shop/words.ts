import type { Product } from '../../api/shop.ts';

export const kinds = {
  book: 'Books',
  course: 'Courses',
  event: 'Events',
  merchandise: 'Things',
} as const satisfies Record<Product['kind'], string>;

const few = 5;

/** Whether one can have it, in words. */
export function stockWords({ stock, digital, kind }: Pick<Product, 'stock' | 'digital' | 'kind'>): {
  text: string;
  tone: 'ok' | 'warn' | 'bad';
} {
  const places = kind === 'event' || kind === 'course';
  if (stock === null) return { text: digital ? 'Available at once' : 'In stock', tone: 'ok' };
  if (stock.available < 1) return { text: places ? 'No places left' : 'Sold out', tone: 'bad' };
  if (stock.available <= few) {
    const what = places ? (stock.available === 1 ? ' place' : ' places') : '';
    return { text: `Only ${stock.available}${what} left`, tone: 'warn' };
  }
  return { text: places ? 'Places available' : 'In stock', tone: 'ok' };
}

/** How many of it one may have in one order. */
export const mostOf = ({ stock, maxPerOrder }: Pick<Product, 'stock' | 'maxPerOrder'>) =>
  Math.min(maxPerOrder, stock?.available ?? maxPerOrder);
