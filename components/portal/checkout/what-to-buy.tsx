'use client';

import { Button } from '@mantine/core';
import { messageOf } from '../../api/problem.ts';
import { type CartItem, isThing, type Product, type Quote, type Thing, useCartChange } from '../../api/shop.ts';
import { Card } from '../../page/card.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { MoneyText } from '../../values/money-text.tsx';
import { Quantity } from '../shop/quantity.tsx';
import { mostOf } from '../shop/words.ts';
import classes from './checkout.module.css';

const thingOf = ({ productId, planId }: CartItem): Thing =>
  planId === undefined ? { productId: productId ?? '' } : { planId };

/** The first step: what is bought, how many of it, and what is in the way. */
export function WhatToBuy({ items, quote, products }: { items: CartItem[]; quote: Quote; products: Product[] }) {
  const change = useCartChange();
  const announce = useAnnounce();
  return (
    <Card id="what" title="What">
      <ul className={classes.lines}>
        {items.map((item, index) => {
          const thing = thingOf(item);
          const line = quote.lines.find(({ productId, planId }) =>
            planId === null ? productId === item.productId : planId === item.planId,
          );
          const product = products.find(({ id }) => isThing(item, { productId: id }));
          const problem = quote.problems.find((one) => one.item === index);
          const name = line?.name ?? product?.name ?? (item.planId ? 'Membership' : 'Not sold any more');
          const put = (quantity: number) => {
            change.mutate({ thing, quantity });
            announce(quantity === 0 ? `${name} is out of your cart` : `${quantity} of ${name}`);
          };
          return (
            <li key={item.productId ?? item.planId} className={classes.line}>
              <div className={classes.words}>
                <p className={classes.name}>{name}</p>
                {problem ? (
                  <p className={classes.problem} role="alert">
                    {problem.message}
                  </p>
                ) : line ? (
                  <p className={classes.small}>
                    <MoneyText {...line.unitPrice} />
                    {item.planId === undefined ? ' each' : ''}
                    {line.digital ? '' : ' · sent by post'}
                  </p>
                ) : null}
              </div>
              {item.planId === undefined && product ? (
                <Quantity of={name} value={item.quantity} most={mostOf(product)} onChange={put} />
              ) : (
                <Button size="xs" variant="subtle" color="gray" aria-label={`Remove ${name}`} onClick={() => put(0)}>
                  Remove
                </Button>
              )}
              <span className={classes.amount}>{line ? <MoneyText {...line.amount} /> : null}</span>
            </li>
          );
        })}
      </ul>
      {change.isError ? (
        <p className={classes.problem} role="alert">
          {messageOf(change.error)}
        </p>
      ) : null}
    </Card>
  );
}
