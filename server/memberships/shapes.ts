import { z } from 'zod';
import { membershipStatuses, periodOrigins } from '#db/schema/memberships.ts';
import { orderStatuses } from '#db/schema/orders.ts';
import { id, listOf, money, pageQuery, reason, timestamp } from '#server/gateway/shapes.ts';
import { settingsView } from '#server/payments/shapes.ts';

export const plan = z.strictObject({
  id,
  code: z.string(),
  name: z.string(),
  description: z.string(),
  price: money,
  periodMonths: z.int(),
});
export type Plan = z.output<typeof plan>;

const day = z.iso.date();
/** `to` is the first day that is not covered. */
const period = z.strictObject({ from: day, to: day });
const planRef = z.strictObject({ id, code: z.string(), name: z.string() });
const card = z.strictObject({ brand: z.string().nullable(), last4: z.string().nullable() });

export const membershipView = z.strictObject({
  id,
  number: z.string(),
  memberId: id,
  status: z.enum(membershipStatuses),
  plan: planRef,
  period: period.nullable().describe('the days of now; null between two periods'),
  paidUntil: day.describe('the last day that is covered'),
  autoRenew: z.boolean(),
  card: card.nullable().describe('what renewals are paid with'),
  renewal: z
    .strictObject({ plan: planRef, period, amount: money, automatic: z.boolean(), on: day })
    .nullable()
    .describe('what follows, and when it is charged by itself; null when it ends'),
  nextPlan: planRef.extend({ from: day }).nullable(),
  cancelAtEnd: z.boolean(),
  cancelReason: z.string().nullable(),
  periods: z.array(
    z.strictObject({
      id,
      from: day,
      to: day,
      plan: z.string(),
      origin: z.enum(periodOrigins),
      amount: money,
      orderId: id.nullable(),
    }),
  ),
  attempts: z
    .array(
      z.strictObject({ endsOn: day, step: z.int(), status: z.string(), code: z.string().nullable(), at: timestamp }),
    )
    .describe('what was done about renewing it, the newest first'),
  actions: z.array(z.enum(['renew', 'change', 'cancel', 'undo-cancel', 'auto-renewal'])),
  version: z.int(),
  createdAt: timestamp,
  endedAt: timestamp.nullable(),
});
export type MembershipView = z.output<typeof membershipView>;
export const membershipList = listOf(membershipView);
export const membershipsQuery = z.strictObject({ ...pageQuery, memberId: z.union([id, z.literal('me')]).optional() });
export type MembershipsQuery = z.output<typeof membershipsQuery>;

export const placedOrder = z.strictObject({
  id,
  number: z.string(),
  memberId: id,
  status: z.enum(orderStatuses),
  origin: z.string(),
  total: money,
});
export type PlacedOrder = z.output<typeof placedOrder>;

const paymentMethod = z.string().min(1).max(200);

export const renewalBody = z.strictObject({
  paymentMethod: paymentMethod.optional().describe('without one: the card that renewals are paid with'),
  saveCard: z.boolean().optional(),
});
export type RenewalInput = z.output<typeof renewalBody>;

export const autoRenewalBody = z.strictObject({ on: z.boolean() });
export const cancelBody = z.strictObject({ reason });

export const changeBody = z.strictObject({ planId: id, paymentMethod: paymentMethod.optional() });
export type ChangeInput = z.output<typeof changeBody>;
export const changeQuery = z.strictObject({ preview: z.enum(['true', 'false']).optional() });

export const changeView = z.strictObject({
  kind: z
    .enum(['upgrade', 'downgrade', 'keep'])
    .describe('upgrade: now, for the difference; downgrade: when the period ends'),
  plan: planRef,
  effectiveOn: day,
  lines: z.array(z.strictObject({ name: z.string(), period, amount: money })),
  due: money,
  order: placedOrder.nullable(),
  membership: membershipView.nullable().describe('null in a preview'),
});
export type ChangeView = z.output<typeof changeView>;

/** What a link shows to whoever has it: what is renewed, for how much, for whom in a way that only they recognise. */
export const renewalLinkView = z.strictObject({
  status: z.enum(['open', 'under_way', 'renewed', 'ended', 'expired']),
  plan: z.string().nullable(),
  amount: money.nullable(),
  period: period.nullable(),
  member: z.string().nullable(),
  card: card.extend({ id }).nullable(),
  settings: settingsView.nullable().describe('what a page needs to take another card'),
  order: z
    .strictObject({
      number: z.string(),
      status: z.enum(orderStatuses),
      failure: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
      nextAction: z.strictObject({ type: z.string(), url: z.string().optional() }).nullable(),
    })
    .nullable(),
});
export type RenewalLinkView = z.output<typeof renewalLinkView>;
export const linkParams = z.strictObject({ token: z.string().min(1).max(200) });
export const spendBody = z.strictObject({ paymentMethod: paymentMethod.optional() });

export const priceBody = z.strictObject({ amount: z.int().min(0).max(100_000_000_000), validFrom: day });
export const priceView = z.strictObject({ planId: id, amount: money, validFrom: day });
