import { defineReaction } from '#server/events/define.ts';
import type { JsonObject, StoredEvent } from '#server/events/stored-event.ts';

interface SoldItem {
  line: number;
  kind: string;
  planId?: string;
  amount: number;
  terms?: JsonObject;
}

// The events were checked against their schemas when they were appended.
const plansOf = (event: StoredEvent) =>
  (event.data.items as unknown as SoldItem[]).filter(({ kind }) => kind === 'plan');

function paid(event: StoredEvent): JsonObject | null {
  const lines = plansOf(event).map(({ line, planId, amount, terms = {} }) => ({ line, planId, amount, terms }));
  if (lines.length === 0) return null;
  const { currency } = event.data.total as { currency: string };
  return { kind: 'paid', ...aboutOf(event), currency, lines };
}

function back(event: StoredEvent): JsonObject | null {
  return event.data.orderId === undefined ? null : { kind: 'back', ...aboutOf(event), currency: '', lines: [] };
}

const aboutOf = ({ data }: StoredEvent) => ({ orderId: String(data.orderId), memberId: String(data.memberId) });

/** What has been paid for becomes days of a membership; money that went back takes them away. In the order in which it happened. */
const orders = defineReaction({
  name: 'membership-orders',
  types: ['order.completed', 'order.cancelled', 'payment.refunded'],
  queue: 'membership-orders',
  key: (event) => String(event.data.memberId),
  payload: (event) => (event.type === 'order.completed' ? paid(event) : back(event)),
});

const extensions = defineReaction({
  name: 'membership-extensions',
  types: ['member.extended'],
  queue: 'membership-extensions',
  key: (event) => String(event.data.memberId),
  payload: (event) => ({
    memberId: String(event.data.memberId),
    paidUntil: String(event.data.paidUntil),
    eventId: event.id,
  }),
});

/** A charge that nobody was there for was refused, or given up. */
const failures = defineReaction({
  name: 'renewal-failures',
  types: ['order.failed', 'order.cancelled'],
  queue: 'renewal-failures',
  payload: ({ data }) =>
    data.origin === 'renewal' ? { orderId: String(data.orderId), code: String(data.code) } : null,
});

const leavers: Record<string, string> = { resigned: 'resigned', deceased: 'deceased' };

const people = defineReaction({
  name: 'membership-people',
  types: ['member.status.changed', 'member.erased'],
  queue: 'membership-people',
  payload: ({ type, data }) => {
    const how = type === 'member.erased' ? 'erased' : data.reason === 'rejoin' ? 'rejoined' : leavers[String(data.to)];
    return how ? { memberId: String(data.memberId), how } : null;
  },
});

export const reactions = [orders, extensions, failures, people];
