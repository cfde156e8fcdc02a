import type { Ctx } from '#server/context/context.ts';
import { partnersOf } from '#server/integrations/partners.ts';

/** The member's name at the gateway; null while there is none. */
export async function knownCustomer(ctx: Ctx, memberId: string): Promise<string | null> {
  const [known] = await ctx.sql<{ customerId: string }[]>`
    select customer_id as "customerId" from gateway_customers where member_id = ${memberId}`;
  return known?.customerId ?? null;
}

export interface GatewayCustomer {
  customerId: string;
  cards: { brand: string; last4: string; expMonth: number; expYear: number }[];
}

/** What the gateway keeps of a member, asked now; null when it does not know them. @throws PartnerError */
export async function gatewayCustomerOf(ctx: Ctx, memberId: string): Promise<GatewayCustomer | null> {
  const customerId = await knownCustomer(ctx, memberId);
  if (customerId === null) return null;
  const methods = await partnersOf(ctx.app).gateway().listPaymentMethods(customerId);
  const cards = methods.flatMap(({ card }) => {
    if (card === null) return [];
    const { brand, last4, expMonth, expYear } = card;
    return [{ brand, last4, expMonth, expYear }];
  });
  return { customerId, cards };
}
