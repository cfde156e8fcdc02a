import type Stripe from 'stripe';
import { closeDispute, openDispute } from '../gateway/charges.ts';
import { idOf } from '../gateway/intents.ts';
import { settleRefunds } from '../gateway/refunds.ts';
import type { Store } from '../gateway/store.ts';
import { totals } from '../gateway/totals.ts';
import type { Delivery, Webhooks } from '../gateway/webhooks.ts';
import { json, problem, type Reply } from '../http.ts';
import { type Markup, markup, page, time } from './markup.ts';

export type GatewaySource = { store: Store; webhooks: Webhooks };

const perPage = 50;
const steps = { minute: 60, day: 86_400, month: 30 * 86_400 };
const stepNames = { minute: '1 minute', day: '1 day', month: '30 days' };

/** The account: sums, clock, payments newest first, and the last webhooks. */
export function paymentsPage({ store, webhooks }: GatewaySource, after: string | undefined): Reply {
  const start = after && store.find('payment_intent', after) ? { starting_after: after } : {};
  const found = store.list('payment_intent', {}, { limit: perPage, ...start });
  const last = found.data.at(-1);
  const content = markup`
<section class="card"><div class="row between"><h2>Clock</h2><span data-live>${at(store.now())}</span></div>
<p class="soft small">All times of the account are by this clock. Refunds that are pending settle by it. Webhooks are signed by the real one.</p>
<form method="post" action="/gateway/clock" class="row">
${Object.entries(stepNames).map(([step, name]) => markup`<button name="advance" value="${step}">Advance ${name}</button>`)}
<button name="advance" value="reset">Back to the real time</button></form></section>
<section class="card" data-live>${sums(store)}</section>
<section class="card"><h2>Payments</h2><div class="scroll" tabindex="0" role="region" aria-label="Payments" data-live><table>
<thead><tr><th scope="col">Payment</th><th scope="col">Amount</th><th scope="col">Status</th><th scope="col">Card</th><th scope="col">Ours</th><th scope="col">Made (UTC)</th></tr></thead>
<tbody>${found.data.map((intent) => row(store, intent))}</tbody></table></div>
${found.has_more && last && markup`<p><a class="button" href="/gateway?after=${last.id}">Next ${perPage}</a></p>`}</section>
<section class="card" data-live><h2>Last webhooks</h2>${deliveries(store, webhooks.list())}</section>`;
  return page('Payment gateway', '/gateway', content);
}

/** One payment with everything that belongs to it, as JSON too. */
export function paymentPage({ store, webhooks }: GatewaySource, id: string): Reply {
  const intent = store.find('payment_intent', id);
  if (!intent) return page('Payment not found', '/gateway', markup`<p><a href="/gateway">To the payments</a></p>`, 404);
  const of = { paymentIntent: id };
  const charges = store.list('charge', of, { limit: 100 }).data;
  const refunds = store.list('refund', of, { limit: 100 }).data;
  const disputes = store.list('dispute', of, { limit: 100 }).data;
  const ids = [intent, ...charges, ...refunds, ...disputes].map((object) => object.id);
  const bookings = ids.flatMap((source) => store.list('balance_transaction', { charge: source }, { limit: 100 }).data);
  const sent = ids.flatMap((about) => eventsAbout(store, about)).flatMap((event) => webhooks.list(event));
  const disputable = charges.find((charge) => charge.captured && !charge.disputed && !charge.refunded);
  const content = markup`
<section class="card" data-live><dl><dt>Status</dt><dd>${intent.status}</dd><dt>Amount</dt><dd>${money(intent.amount, intent.currency)}</dd>
<dt>Received</dt><dd>${money(intent.amount_received, intent.currency)}</dd><dt>Customer</dt><dd><code>${idOf(intent.customer)}</code></dd>
<dt>Metadata</dt><dd>${JSON.stringify(intent.metadata)}</dd></dl></section>
<form class="card row" method="post" action="/gateway/payments/${id}">
${disputable && markup`<button name="do" value="dispute">Open a dispute</button>`}
${disputes
  .filter(({ status }) => status !== 'won' && status !== 'lost')
  .map(
    () =>
      markup`<button name="do" value="won">Decide the dispute: won</button><button name="do" value="lost">Decide the dispute: lost</button>`,
  )}
<a class="button" href="/gateway">All payments</a></form>
<section class="card" data-live><h2>Webhooks</h2>${deliveries(store, sent)}</section>
<section class="card"><h2>Objects</h2>${[intent, ...charges, ...refunds, ...disputes, ...bookings].map(object)}</section>`;
  return page(id, '/gateway', content);
}

/** The buttons of a payment's page. */
export function actOnPayment({ store, webhooks }: GatewaySource, id: string, action: string): Reply {
  const { made } = webhooks.collect(() => {
    const of = { paymentIntent: id };
    const charge = store.list('charge', of, { limit: 100 }).data.find((one) => one.captured && !one.disputed);
    const open = store
      .list('dispute', of, { limit: 100 })
      .data.find(({ status }) => status !== 'won' && status !== 'lost');
    if (action === 'dispute' && charge) openDispute(store, charge, { reason: 'fraudulent' });
    if ((action === 'won' || action === 'lost') && open) closeDispute(store, open, action);
  });
  if (made.length > 0) webhooks.wake();
  return { status: 303, headers: { location: `/gateway/payments/${id}` } };
}

export function moveClock({ store, webhooks }: GatewaySource, by: string): Reply {
  if (by !== 'reset' && !Object.hasOwn(steps, by)) return problem(400, 'The clock cannot be moved so');
  webhooks.collect(() => {
    store.setClock(by === 'reset' ? null : store.now() + steps[by as keyof typeof steps]);
    settleRefunds(store);
  });
  webhooks.wake();
  return { status: 303, headers: { location: '/gateway' } };
}

export function resendWebhook({ store, webhooks }: GatewaySource, eventId: string): Reply {
  const event = store.find('event', eventId);
  if (!event) return problem(404, 'There is no such event');
  webhooks.resend(event);
  const intent = idOf(Reflect.get(event.data.object, 'payment_intent')) ?? Reflect.get(event.data.object, 'id');
  const known = typeof intent === 'string' && store.find('payment_intent', intent);
  return { status: 303, headers: { location: known ? `/gateway/payments/${intent}` : '/gateway' } };
}

export function totalsJson({ store }: GatewaySource): Reply {
  return json(200, totals(store));
}

function row(store: Store, intent: Stripe.PaymentIntent): Markup {
  const charge = intent.latest_charge ? store.find('charge', idOf(intent.latest_charge) ?? '') : undefined;
  const card = charge?.payment_method_details?.card;
  const marks = [charge?.disputed && 'disputed', (charge?.amount_refunded ?? 0) > 0 && 'refunded'].filter(Boolean);
  return markup`<tr><td><a href="/gateway/payments/${intent.id}"><code>${intent.id}</code></a></td><td>${money(intent.amount, intent.currency)}</td>
<td>${[intent.status, ...marks].join(', ')}</td><td>${card && `${card.brand} ${card.last4}`}</td><td>${intent.metadata.paymentId}</td><td>${at(intent.created)}</td></tr>`;
}

function sums(store: Store): Markup {
  const all = totals(store);
  const kinds = {
    Charges: all.charges,
    Refunds: all.refunds,
    'Failed refunds': all.refund_failures,
    Disputes: all.disputes,
    'All together': all.all,
  };
  return markup`<h2>Sums</h2><div class="scroll" tabindex="0" role="region" aria-label="Sums"><table>
<thead><tr><th scope="col">Bookings</th><th scope="col">Count</th><th scope="col">Amount</th><th scope="col">Fees</th><th scope="col">Net</th></tr></thead>
<tbody>${Object.entries(kinds).flatMap(([name, rows]) =>
    rows.map(
      ({ currency, count, amount, fee, net }) =>
        markup`<tr><td>${name}</td><td>${count}</td><td>${money(amount, currency)}</td><td>${money(fee, currency)}</td><td>${money(net, currency)}</td></tr>`,
    ),
  )}</tbody></table></div><p class="small soft">As JSON: <a href="/gateway/totals">/gateway/totals</a></p>`;
}

function deliveries(store: Store, list: Delivery[]): Markup {
  if (list.length === 0) return markup`<p class="small soft">None yet.</p>`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Webhooks"><table>
<thead><tr><th scope="col">Event</th><th scope="col">State</th><th scope="col">Tries</th><th scope="col">Last answer</th><th scope="col">Last or next try (UTC)</th><th scope="col"></th></tr></thead>
<tbody>${list.map(
    (
      delivery,
    ) => markup`<tr><td>${store.find('event', delivery.event_id)?.type}</td><td>${delivery.state}</td><td>${delivery.attempts}</td>
<td>${delivery.answer}</td><td>${time(new Date(delivery.state === 'waiting' ? delivery.due_at : (delivery.tried_at ?? delivery.due_at)).toISOString())}</td>
<td><form method="post" action="/gateway/events/${delivery.event_id}/resend"><button>Send again</button></form></td></tr>`,
  )}</tbody></table></div>`;
}

function object(one: { id: string; object: string }): Markup {
  return markup`<details><summary>${one.object.replaceAll('_', ' ')} <code>${one.id}</code></summary><pre>${JSON.stringify(one, null, 2)}</pre></details>`;
}

function eventsAbout(store: Store, id: string): string[] {
  const rows = store.database
    .prepare("SELECT id FROM objects WHERE kind = 'event' AND body ->> '$.data.object.id' = ? ORDER BY seq")
    .all(id);
  return rows.map((found) => String(found.id));
}

const at = (seconds: number) => time(new Date(seconds * 1000).toISOString());
const money = (amount: number, currency: string) => `${(amount / 100).toFixed(2)} ${currency.toUpperCase()}`;
