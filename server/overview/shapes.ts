import { z } from 'zod';
import { id, money, timestamp } from '#server/gateway/shapes.ts';
import { accountView } from '#server/ledger/shapes.ts';
import { loanSummary } from '#server/loans/shapes.ts';
import { membershipView } from '#server/memberships/shapes.ts';
import { orderSummary } from '#server/orders/shapes.ts';
import { paymentSummary } from '#server/payments/shapes.ts';

const cause = z.strictObject({
  fingerprint: z.string(),
  queue: z.string(),
  error: z.string(),
  count: z.int(),
  /** The id of its letter, where there is one alone. */
  only: z.string().nullable(),
  oldestAt: timestamp,
});

const system = z.strictObject({
  system: z.enum(['legacy', 'crm', 'mail', 'gateway']),
  state: z.enum(['flowing', 'idle', 'failing', 'paused', 'stopped']),
  perMinute: z.number(),
  p95Ms: z.number().nullable(),
  waiting: z.int(),
  lastError: z.string().nullable(),
  since: timestamp.nullable(),
});

export const consoleOverview = z.strictObject({
  needs: z.strictObject({
    deadLetters: z.strictObject({
      open: z.int(),
      /** Jobs and events that wait behind them. */
      waiting: z.int(),
      /** How many causes there are; the largest five follow. */
      kinds: z.int(),
      causes: z.array(cause),
    }),
    pausedFlows: z.array(z.strictObject({ name: z.string(), reason: z.string().nullable(), changedAt: timestamp })),
    subscriptions: z.array(z.strictObject({ name: z.string(), status: z.string(), lag: z.int() })),
    helpRequests: z.strictObject({ open: z.int(), oldestAt: timestamp.nullable() }),
    /** Applications that wait for a decision, or for a second one. */
    loans: z.strictObject({ count: z.int(), oldestAt: timestamp.nullable() }),
    /** Those that can go neither on nor back; the oldest five follow. */
    stuckSagas: z.strictObject({
      count: z.int(),
      oldest: z.array(
        z.strictObject({
          id,
          type: z.string(),
          subjectId: id,
          subjectNumber: z.string().nullable(),
          step: z.string(),
          at: timestamp,
        }),
      ),
    }),
    failedRefunds: z.strictObject({
      count: z.int(),
      oldest: z.array(z.strictObject({ paymentId: id, number: z.string(), amount: money, at: timestamp })),
    }),
    /** What the invariant monitor found. */
    discrepancies: z.strictObject({
      count: z.int(),
      worst: z.array(
        z.strictObject({
          id,
          kind: z.string(),
          orderId: id.nullable(),
          paymentId: id.nullable(),
          memberId: id.nullable(),
          at: timestamp,
        }),
      ),
    }),
  }),
  flow: z.strictObject({
    /** Mean of the last minute. */
    eventsPerSecond: z.number(),
    /** Sixty minutes, the running one last. */
    series: z.array(z.strictObject({ at: timestamp, events: z.int() })),
    /** From recording an event to readers seeing it, over the last hour, in milliseconds. null: nothing happened. */
    visibleP95Ms: z.number().nullable(),
    /** Of how many events. */
    visibleCount: z.int(),
    systems: z.array(system),
  }),
  today: z.strictObject({
    joined: z.int(),
    verified: z.int(),
    updated: z.int(),
    mails: z.int(),
    /** After what was given back. */
    takings: money,
    givenBack: money,
    /** The same weekday last week, until the same time. */
    takingsWeekAgo: money,
    /** Without those that failed. */
    orders: z.int(),
    ordersInFlight: z.int(),
  }),
  asOf: timestamp,
});
export type ConsoleOverview = z.output<typeof consoleOverview>;

/** Each null for whoever may not read it. */
export const memberMoneyView = z.strictObject({
  accounts: z.array(accountView).nullable().describe('their own, open ones'),
  membership: membershipView.nullable().describe('the one of now; null when there is none too'),
  loans: z.array(loanSummary).nullable().describe('those that are asked for or owed'),
  card: z
    .strictObject({
      brand: z.string().nullable(),
      last4: z.string().nullable(),
      expMonth: z.int().nullable(),
      expYear: z.int().nullable(),
    })
    .nullable()
    .describe('the default one; null when there is none too'),
  orders: z.array(orderSummary).nullable().describe('the last three'),
  payments: z.array(paymentSummary).nullable().describe('the last three'),
});
export type MemberMoney = z.output<typeof memberMoneyView>;
