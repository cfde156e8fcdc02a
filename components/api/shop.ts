import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import type { cartBody, cartView, QuoteView } from '#server/checkout/shapes.ts';
import type { ProductView } from '#server/orders/shapes.ts';
import { call, get, post } from './client.ts';
import { isStatus } from './problem.ts';
import type { Page } from './shapes.ts';

export type Product = ProductView;
export type Quote = QuoteView;
export type CartItem = z.output<typeof cartView>['items'][number];

export const shopKeys = {
  products: ['products'] as const,
  cart: ['cart'] as const,
  quote: (items: readonly CartItem[]) => ['cart', 'quote', items] as const,
};

/** Everything that is sold: a shop of a few dozen things is one page. */
export const productsQuery = () =>
  queryOptions({
    queryKey: shopKeys.products,
    queryFn: ({ signal }) => get<Page<Product>>('/products?limit=200', signal),
  });

interface Cart {
  items: CartItem[];
  etag: string | null;
}

async function readCart(signal?: AbortSignal): Promise<Cart> {
  const { data, etag } = await call<z.output<typeof cartView>>('/cart', { method: 'GET', signal });
  return { items: data.items, etag };
}

export const cartQuery = () => queryOptions({ queryKey: shopKeys.cart, queryFn: ({ signal }) => readCart(signal) });

export const quoteQuery = (items: readonly CartItem[]) =>
  queryOptions({
    queryKey: shopKeys.quote(items),
    queryFn: () => post<Quote>('/cart/quote', { items }),
    enabled: items.length > 0,
    // The last price stays on the page until the new one is there.
    placeholderData: (before) => before,
  });

/** A product or a plan. */
export type Thing = { productId: string } | { planId: string };

export const isThing = (item: CartItem, thing: Thing) =>
  'planId' in thing ? item.planId === thing.planId : item.productId === thing.productId;

/** The items with so many of a thing; none takes it out. A plan takes the place of another plan. */
export function withQuantity(items: readonly CartItem[], thing: Thing, quantity: number): CartItem[] {
  const others = items.filter((item) => 'productId' in thing || item.planId === undefined || isThing(item, thing));
  if (quantity < 1) return others.filter((item) => !isThing(item, thing));
  if (!others.some((item) => isThing(item, thing))) return [...others, { ...thing, quantity }];
  return others.map((item) => (isThing(item, thing) ? { ...item, quantity } : item));
}

interface CartChange {
  thing: Thing;
  quantity: number;
}

const tries = 3;

/** Changes one thing in the cart and leaves the others as they are, also when another device was here meanwhile. */
async function changeCart(known: Cart | undefined, { thing, quantity }: CartChange): Promise<Cart> {
  let cart = known ?? (await readCart());
  for (let left = tries; ; left -= 1) {
    const body: z.input<typeof cartBody> = { items: withQuantity(cart.items, thing, quantity) };
    try {
      const { data, etag } = await call<z.output<typeof cartView>>('/cart', {
        method: 'PUT',
        body,
        ifMatch: cart.etag ?? undefined,
      });
      return { items: data.items, etag };
    } catch (error) {
      if (!isStatus(error, 412) || left === 0) throw error;
      cart = await readCart();
    }
  }
}

/** Shows the change at once; changes run one after the other. */
export function useCartChange() {
  const client = useQueryClient();
  return useMutation<Cart, Error, CartChange>({
    scope: { id: 'cart' },
    mutationFn: (change) => changeCart(client.getQueryData<Cart>(shopKeys.cart), change),
    onMutate: async ({ thing, quantity }) => {
      await client.cancelQueries({ queryKey: shopKeys.cart, exact: true });
      client.setQueryData<Cart>(
        shopKeys.cart,
        (cart) => cart && { ...cart, items: withQuantity(cart.items, thing, quantity) },
      );
    },
    onSuccess: (cart) => {
      // While another change waits, what it shows stays: only the validator is news.
      const waiting = client.isMutating({ predicate: (one) => one.options.scope?.id === 'cart' }) > 1;
      client.setQueryData<Cart>(shopKeys.cart, (shown) => (waiting && shown ? { ...shown, etag: cart.etag } : cart));
    },
    onError: () => client.invalidateQueries({ queryKey: shopKeys.cart, exact: true }),
  });
}
