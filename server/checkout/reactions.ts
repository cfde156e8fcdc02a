import { defineReaction } from '#server/events/define.ts';
import type { JsonObject } from '#server/events/stored-event.ts';

/** A cart keeps what is in it until it is bought: whoever's card was refused tries again with the same. */
export const boughtThings = defineReaction({
  name: 'cart-clearing',
  types: ['order.completed'],
  queue: 'cart-clearing',
  key: (event) => String(event.data.memberId),
  payload: ({ data }) =>
    data.origin === 'checkout'
      ? { memberId: String(data.memberId), items: (data.items as JsonObject[]).map(thingOf) }
      : null,
});

const thingOf = ({ productId, planId, quantity }: JsonObject): JsonObject => ({
  ...(productId ? { productId } : {}),
  ...(planId ? { planId } : {}),
  quantity: quantity ?? 1,
});

export const reactions = [boughtThings];
