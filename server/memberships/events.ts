import { z } from 'zod';
import { membershipStatuses } from '#db/schema/memberships.ts';
import { defineEvent } from '#server/events/define.ts';

const day = z.iso.date();
const money = z.strictObject({ amount: z.int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) });

/** What every event says: whose, which days it is about (`to` is not covered), and how the membership stands after it. */
const about = {
  membershipId: z.uuid(),
  memberId: z.uuid(),
  period: z.strictObject({ from: day, to: day }),
  status: z.enum(membershipStatuses),
  planId: z.uuid(),
  planCode: z.string(),
  /** The last day that is covered. */
  paidUntil: day,
};

const membership = (type: string, extra: z.ZodRawShape = {}) =>
  defineEvent({ type, version: 1, producers: ['guildhall'], data: z.strictObject({ ...about, ...extra }) });

const cause = z.string().max(60);
const orderId = z.uuid().optional();

export const membershipEvents = [
  membership('membership.activated', { orderId, origin: z.string() }),
  membership('membership.renewed', { orderId, origin: z.string() }),
  membership('membership.changed', { cause, orderId }),
  membership('membership.grace_started'),
  membership('membership.lapsed'),
  membership('membership.cancelled', { cause }),
  /** Was there before this house kept periods. */
  membership('membership.imported'),
  membership('membership.cancel_asked', { cause: cause.optional() }),
  membership('membership.cancel_undone'),
  /** Renewals are paid by themselves from now on, or not any more. */
  membership('membership.auto_renewal.changed', { on: z.boolean() }),
  /** It ends soon, or has ended: `period` is the one that would follow. */
  membership('membership.renewal_due', { step: z.int(), amount: money, automatic: z.boolean() }),
  membership('membership.renewal_failed', { step: z.int(), amount: money, code: cause, nextTryOn: day.nullable() }),
  /** What it costs from a day on. */
  defineEvent({
    type: 'plan.price.set',
    version: 1,
    producers: ['guildhall'],
    data: z.strictObject({ planId: z.uuid(), amount: money, validFrom: day }),
  }),
];

/** The stream's version is the membership's. */
export const membershipStream = (id: string) => `membership-${id}`;

export const planStream = (id: string) => `plan-${id}`;
