'use client';

import { Button } from '@mantine/core';
import { IconBook, IconCalendarEvent, IconSchool, IconShoppingBag } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { messageOf } from '../../api/problem.ts';
import { cartQuery, isThing, type Product, productsQuery, useCartChange } from '../../api/shop.ts';
import { EmptyState } from '../../page/empty-state.tsx';
import { ErrorState } from '../../page/error-state.tsx';
import { LinkButton } from '../../page/link-button.tsx';
import { PageHeader } from '../../page/page-header.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { formatMoney } from '../../values/format.ts';
import { MoneyText } from '../../values/money-text.tsx';
import { StatePill } from '../../values/state-pill.tsx';
import { Quantity } from './quantity.tsx';
import classes from './shop.module.css';
import { kinds, mostOf, stockWords } from './words.ts';

type Kind = Product['kind'];
const icons = { book: IconBook, course: IconSchool, event: IconCalendarEvent, merchandise: IconShoppingBag };
const isKind = (value: string | null): value is Kind => value !== null && Object.hasOwn(kinds, value);

/** The shop: what is sold, and how many of it are in the cart. */
export function Shop() {
  const products = useQuery(productsQuery());
  const asked = useSearchParams().get('kind');
  const kind = isKind(asked) ? asked : null;
  const all = products.data?.data;
  const shown = all?.filter((product) => kind === null || product.kind === kind);
  const present = new Set(all?.map((product) => product.kind));
  return (
    <>
      <PageHeader title="Shop" lead="Books, courses and events for members. All prices include tax." />
      {products.isError ? (
        <ErrorState
          what="The shop could not be loaded"
          error={products.error}
          onRetry={() => void products.refetch()}
        />
      ) : (
        <>
          <nav className={classes.kinds} aria-label="Kinds of things">
            <Chip to={null} now={kind} label="Everything" />
            {(Object.keys(kinds) as Kind[])
              .filter((one) => !all || present.has(one))
              .map((one) => (
                <Chip key={one} to={one} now={kind} label={kinds[one]} />
              ))}
          </nav>
          {shown?.length === 0 ? (
            <EmptyState title="Nothing is on sale at the moment">Look again soon.</EmptyState>
          ) : (
            <ul className={classes.grid} aria-busy={!shown}>
              {shown
                ? shown.map((product) => <ProductCard key={product.id} product={product} />)
                : [1, 2, 3, 4, 5, 6].map((card) => (
                    <li key={card}>
                      <Skeleton height={232} />
                    </li>
                  ))}
            </ul>
          )}
        </>
      )}
      <CartBar products={all} />
    </>
  );
}

function Chip({ to, now, label }: { to: Kind | null; now: Kind | null; label: string }) {
  return (
    <Link
      href={to === null ? '/shop' : { pathname: '/shop', query: { kind: to } }}
      className={classes.chip}
      aria-current={to === now ? 'true' : undefined}
      replace
      scroll={false}
    >
      {label}
    </Link>
  );
}

function ProductCard({ product }: { product: Product }) {
  const cart = useQuery(cartQuery());
  const change = useCartChange();
  const announce = useAnnounce();
  const { id, name, price } = product;
  const held = cart.data?.items.find((item) => isThing(item, { productId: id }))?.quantity ?? 0;
  const stock = stockWords(product);
  const most = mostOf(product);
  const Icon = icons[product.kind];
  const buy = useFocusThatStays(held > 0);
  const put = (quantity: number) => {
    change.mutate({ thing: { productId: id }, quantity });
    announce(quantity === 0 ? `${name} is out of your cart` : `${quantity} of ${name} in your cart`);
  };
  return (
    <li className={classes.product}>
      <div className={classes.top}>
        <span className={classes.icon} data-kind={product.kind} aria-hidden>
          <Icon size={22} stroke={1.6} />
        </span>
        <StatePill state={stock.tone} tone={stock.tone}>
          {stock.text}
        </StatePill>
      </div>
      <h2 className={classes.name}>{name}</h2>
      <p className={classes.about}>{product.description}</p>
      <div className={classes.buy} ref={buy}>
        <p className={classes.price}>
          <strong>{price.amount === 0 ? 'Free' : <MoneyText {...price} />}</strong>
          {price.amount > 0 && product.taxRateBp > 0 ? <span>incl. {product.taxName}</span> : null}
        </p>
        {held > 0 ? (
          <Quantity of={name} value={held} most={most} onChange={put} />
        ) : (
          <Button
            size="sm"
            variant="default"
            disabled={most < 1 || cart.data === undefined}
            onClick={() => put(1)}
            aria-label={`Add ${name} to the cart`}
          >
            Add to cart
          </Button>
        )}
      </div>
      {change.isError ? (
        <p className={classes.refused} role="alert">
          {messageOf(change.error)}
        </p>
      ) : null}
    </li>
  );
}

/** One control takes the place of another: the focus that was on the one goes to the other. */
function useFocusThatStays(which: boolean) {
  const place = useRef<HTMLDivElement>(null);
  const before = useRef(which);
  useEffect(() => {
    if (before.current === which) return;
    before.current = which;
    if (document.activeElement !== document.body) return;
    const controls = place.current?.querySelectorAll<HTMLElement>('button:not(:disabled)');
    controls?.item(controls.length - 1)?.focus();
  }, [which]);
  return place;
}

/** What is in the cart, always in sight while there is something. */
function CartBar({ products }: { products: Product[] | undefined }) {
  const { data: cart } = useQuery(cartQuery());
  const count = cart?.items.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  if (!cart || count === 0) return null;
  const priced = cart.items.map((item) => ({
    quantity: item.quantity,
    price: products?.find(({ id }) => id === item.productId)?.price,
  }));
  // With a membership in it, or something that is not sold any more, the checkout knows the price.
  const known = priced.every(({ price }) => price !== undefined);
  const sum = priced.reduce((total, { quantity, price }) => total + quantity * (price?.amount ?? 0), 0);
  const currency = priced[0]?.price?.currency;
  return (
    <aside className={classes.bar} aria-label="Your cart">
      <span>
        <strong>
          {count} {count === 1 ? 'thing' : 'things'}
        </strong>{' '}
        in your cart
        {known && currency ? <span className={classes.sum}> · {formatMoney(sum, currency)}</span> : null}
      </span>
      <LinkButton href="/checkout">Go to checkout</LinkButton>
    </aside>
  );
}
