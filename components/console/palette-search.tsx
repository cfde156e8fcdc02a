import { IconActivity, IconCreditCard, IconMailOff, IconShoppingBag, IconUser } from '@tabler/icons-react';
import type { Route } from 'next';
import { get, query as search } from '../api/client.ts';
import { findMembers } from '../api/console/directory.ts';
import { ordersNumbered } from '../api/console/orders.ts';
import { paymentsNamed } from '../api/console/payments.ts';
import type { OrderRow, PaymentRow, StoredEvent } from '../api/console/shapes.ts';
import { isStatus } from '../api/problem.ts';
import type { Page } from '../api/shapes.ts';
import type { PaletteGroup, PaletteItem } from '../shell/command-palette.tsx';
import { formatMoney, wordsOf } from '../values/format.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `O-12`, `P-000012`, and what the payment gateway calls things. */
const orderNumber = /^o-\d+$/i;
const paymentName = /^(p-\d+|(pi|ch|re)_\w+)$/i;

/**
 * What the server finds: a uuid may be a member, an order, a payment, an event, a dead letter or a correlation; a number is
 * what it says; anything else names a member.
 */
export async function searchPalette(
  query: string,
  permissions: readonly string[],
  signal: AbortSignal,
): Promise<PaletteGroup[]> {
  const may = (permission: string) => permissions.includes(permission);
  if (uuid.test(query)) {
    const id = query.toLowerCase();
    const found = await Promise.all([
      may('members:open') ? memberById(id, signal) : [],
      may('orders:read') ? orderById(id, signal) : [],
      may('payments:read') ? paymentById(id, signal) : [],
      may('events:read') ? eventById(id, signal) : [],
      may('events:read') ? correlation(id, signal) : [],
      may('dead-letters:read') ? deadLetterById(id, signal) : [],
    ]);
    return [{ label: 'By id', items: found.flat() }];
  }
  if (orderNumber.test(query)) {
    if (!may('orders:read')) return [];
    const { data } = await ordersNumbered(numberOf(query), signal);
    return [{ label: 'Orders', items: data.map(orderItem) }];
  }
  if (paymentName.test(query)) {
    if (!may('payments:read')) return [];
    const { data } = await paymentsNamed(numberOf(query), signal);
    return [{ label: 'Payments', items: data.map(paymentItem) }];
  }
  if (!may('members:open')) return [];
  const { data } = await findMembers(query, signal);
  return [{ label: 'Members', items: data.map(memberItem) }];
}

const memberItem = (member: {
  id: string;
  number: string;
  givenName: string;
  familyName: string;
  status: string;
}): PaletteItem => ({
  id: `member-${member.id}`,
  label: `${member.givenName} ${member.familyName}`,
  description: `${member.number} · ${wordsOf(member.status)}`,
  icon: <IconUser size={17} stroke={1.75} />,
  href: `/ops/members/${member.id}` as Route,
});

/** `o-12` → `O-000012`; the gateway's ids stay as they are. */
const numberOf = (query: string) =>
  query.replace(
    /^([op])-(\d+)$/i,
    (_, kind: string, digits: string) => `${kind.toUpperCase()}-${digits.padStart(6, '0')}`,
  );

const orderItem = ({
  id,
  number,
  status,
  total,
}: Pick<OrderRow, 'id' | 'number' | 'status' | 'total'>): PaletteItem => ({
  id: `order-${id}`,
  label: `Order ${number}`,
  description: `${formatMoney(total.amount, total.currency)} · ${wordsOf(status)}`,
  icon: <IconShoppingBag size={17} stroke={1.75} />,
  href: `/ops/orders/${id}` as Route,
});

const paymentItem = ({
  id,
  number,
  status,
  amount,
}: Pick<PaymentRow, 'id' | 'number' | 'status' | 'amount'>): PaletteItem => ({
  id: `payment-${id}`,
  label: `Payment ${number}`,
  description: `${formatMoney(amount.amount, amount.currency)} · ${wordsOf(status)}`,
  icon: <IconCreditCard size={17} stroke={1.75} />,
  href: `/ops/payments/${id}` as Route,
});

/** Nothing there is an answer here; everything else is a failure. */
async function orNothing<T>(work: Promise<T[]>): Promise<T[]> {
  try {
    return await work;
  } catch (error) {
    if (isStatus(error, 404)) return [];
    throw error;
  }
}

const memberById = (id: string, signal: AbortSignal) =>
  orNothing(get<Parameters<typeof memberItem>[0]>(`/members/${id}`, signal).then((member) => [memberItem(member)]));

const orderById = (id: string, signal: AbortSignal) =>
  orNothing(get<OrderRow>(`/orders/${id}`, signal).then((order) => [orderItem(order)]));

const paymentById = (id: string, signal: AbortSignal) =>
  orNothing(get<PaymentRow>(`/payments/${id}`, signal).then((payment) => [paymentItem(payment)]));

const eventById = (id: string, signal: AbortSignal) =>
  orNothing(
    get<StoredEvent>(`/events/${id}`, signal).then((event) => [
      {
        id: `event-${id}`,
        label: event.type,
        description: `Event ${event.position} of ${event.stream}`,
        icon: <IconActivity size={17} stroke={1.75} />,
        href: `/ops/events/${id}` as Route,
      },
    ]),
  );

const correlation = (correlationId: string, signal: AbortSignal) =>
  orNothing(
    get<Page<StoredEvent>>(`/events${search({ correlationId, limit: 1 })}`, signal).then(({ data }) =>
      data.map((event) => ({
        id: `correlation-${correlationId}`,
        label: 'Everything of this correlation id',
        description: `Begins with ${event.type}`,
        icon: <IconActivity size={17} stroke={1.75} />,
        href: `/ops/events?correlationId=${correlationId}` as Route,
      })),
    ),
  );

const deadLetterById = (id: string, signal: AbortSignal) =>
  orNothing(
    get<{ queue: string; error: string }>(`/dead-letters/${id}`, signal).then((letter) => [
      {
        id: `letter-${id}`,
        label: `Dead letter of ${letter.queue}`,
        description: letter.error,
        icon: <IconMailOff size={17} stroke={1.75} />,
        href: `/ops/dead-letters/${id}` as Route,
      },
    ]),
  );
