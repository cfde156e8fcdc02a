'use client';

import { IconShoppingCart } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { cartQuery } from '../api/shop.ts';
import classes from './portal-shell.module.css';

/** The way to the cart, while something is in it. */
export function CartLink() {
  const { data } = useQuery(cartQuery());
  const count = data?.items.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  if (count === 0) return null;
  const shown = count > 9 ? '9+' : String(count);
  return (
    <Link href="/checkout" className={classes.bell} aria-label={`Cart, ${count} ${count === 1 ? 'thing' : 'things'}`}>
      <IconShoppingCart size={22} stroke={1.75} aria-hidden />
      <span className={classes.count} data-quiet aria-hidden>
        {shown}
      </span>
    </Link>
  );
}
