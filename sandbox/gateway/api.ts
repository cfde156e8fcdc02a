import type Stripe from 'stripe';
import { z } from 'zod';
import { type Call, type Operation, ok } from './call.ts';
import { closeDispute, openDispute } from './charges.ts';
import * as customers from './customers.ts';
import { type Answer, invalid, secretKeyRequired, unknownUrl } from './errors.ts';
import { created, currency, expandable, integer, paging, parseParams, text } from './form.ts';
import { expand, listOf } from './lists.ts';
import * as intents from './payment-intents.ts';
import * as methods from './payment-methods.ts';
import * as refunds from './refunds.ts';
import * as setups from './setup-intents.ts';
import { type Kind, newId } from './store.ts';
import { totals } from './totals.ts';
import * as endpoints from './webhook-endpoints.ts';

type Route = { method: string; pattern: RegExp; operation: Operation };

const disputeList = z.strictObject({
  ...paging,
  charge: text.optional(),
  payment_intent: text.optional(),
  created: created.optional(),
});
const chargeList = z.strictObject({ ...disputeList.shape, customer: text.optional() });
const bookingList = z.strictObject({
  ...paging,
  created: created.optional(),
  currency: currency.optional(),
  source: text.optional(),
  type: text.optional(),
});
const eventList = z.strictObject({
  ...paging,
  created: created.optional(),
  type: text.optional(),
  types: z.array(text).max(20).optional(),
});
const clockInput = z.strictObject({ ...expandable, frozen_time: integer, name: text.optional() });

const routes: Route[] = [
  route('POST', '/v1/customers', customers.createCustomer),
  route('GET', '/v1/customers', customers.listCustomers),
  route('GET', '/v1/customers/:id', customers.retrieveCustomer),
  route('POST', '/v1/customers/:id', customers.updateCustomer),
  route('DELETE', '/v1/customers/:id', customers.deleteCustomer),
  route('GET', '/v1/customers/:id/payment_methods', methods.listPaymentMethods),
  route('POST', '/v1/payment_methods', (call) => methods.createPaymentMethod(call, false)),
  route('GET', '/v1/payment_methods', methods.listPaymentMethods),
  route('GET', '/v1/payment_methods/:id', methods.retrievePaymentMethod),
  route('POST', '/v1/payment_methods/:id', methods.updatePaymentMethod),
  route('POST', '/v1/payment_methods/:id/attach', methods.attachPaymentMethod),
  route('POST', '/v1/payment_methods/:id/detach', methods.detachPaymentMethod),
  route('POST', '/v1/payment_intents', intents.createPaymentIntent),
  route('GET', '/v1/payment_intents', intents.listPaymentIntents),
  route('GET', '/v1/payment_intents/:id', intents.retrievePaymentIntent),
  route('POST', '/v1/payment_intents/:id', intents.updatePaymentIntent),
  route('POST', '/v1/payment_intents/:id/confirm', intents.confirmPaymentIntent),
  route('POST', '/v1/payment_intents/:id/capture', intents.capturePaymentIntent),
  route('POST', '/v1/payment_intents/:id/cancel', intents.cancelPaymentIntent),
  route('POST', '/v1/setup_intents', setups.createSetupIntent),
  route('GET', '/v1/setup_intents', setups.listSetupIntents),
  route('GET', '/v1/setup_intents/:id', setups.retrieveSetupIntent),
  route('POST', '/v1/setup_intents/:id/confirm', setups.confirmSetupIntent),
  route('POST', '/v1/setup_intents/:id/cancel', setups.cancelSetupIntent),
  route('GET', '/v1/charges', ({ store, form }) => {
    const input = parseParams(chargeList, form);
    const filter = { customer: input.customer, paymentIntent: input.payment_intent, created: input.created };
    return ok(listOf('/v1/charges', store.list('charge', filter, input)));
  }),
  route('GET', '/v1/charges/:id', retrieve('charge')),
  route('POST', '/v1/refunds', refunds.createRefund),
  route('GET', '/v1/refunds', refunds.listRefunds),
  route('GET', '/v1/refunds/:id', refunds.retrieveRefund),
  route('POST', '/v1/refunds/:id', refunds.updateRefund),
  route('GET', '/v1/disputes', ({ store, form }) => {
    const input = parseParams(disputeList, form);
    const filter = { charge: input.charge, paymentIntent: input.payment_intent, created: input.created };
    return ok(listOf('/v1/disputes', store.list('dispute', filter, input)));
  }),
  route('GET', '/v1/disputes/:id', retrieve('dispute')),
  route('POST', '/v1/disputes/:id/close', ({ store, id }) => {
    const dispute = store.get('dispute', id);
    if (dispute.status === 'won' || dispute.status === 'lost') throw invalid('This dispute is already closed.');
    closeDispute(store, dispute, 'lost');
    return ok(dispute);
  }),
  route('GET', '/v1/balance', ({ store }) => ok(totals(store).balance)),
  route('GET', '/v1/balance_transactions', ({ store, form }) => {
    const input = parseParams(bookingList, form);
    const filter = {
      charge: input.source,
      created: input.created,
      fields: { currency: input.currency, type: input.type },
    };
    return ok(listOf('/v1/balance_transactions', store.list('balance_transaction', filter, input)));
  }),
  route('GET', '/v1/balance_transactions/:id', retrieve('balance_transaction')),
  route('GET', '/v1/events', ({ store, form }) => {
    const input = parseParams(eventList, form);
    const types = input.types ?? (input.type ? [input.type] : undefined);
    return ok(listOf('/v1/events', store.list('event', { created: input.created, types }, input)));
  }),
  route('GET', '/v1/events/:id', retrieve('event')),
  route('POST', '/v1/webhook_endpoints', endpoints.createEndpoint),
  route('GET', '/v1/webhook_endpoints', endpoints.listEndpoints),
  route('GET', '/v1/webhook_endpoints/:id', endpoints.retrieveEndpoint),
  route('POST', '/v1/webhook_endpoints/:id', endpoints.updateEndpoint),
  route('DELETE', '/v1/webhook_endpoints/:id', endpoints.deleteEndpoint),
  route('POST', '/v1/test_helpers/test_clocks', createClock),
  route('GET', '/v1/test_helpers/test_clocks/:id', retrieve('test_helpers.test_clock')),
  route('POST', '/v1/test_helpers/test_clocks/:id/advance', advanceClock),
  route('DELETE', '/v1/test_helpers/test_clocks/:id', ({ store, id }) => {
    store.get('test_helpers.test_clock', id);
    store.delete(id);
    store.setClock(null);
    return ok({ id, object: 'test_helpers.test_clock', deleted: true });
  }),
  // Not Stripe's: a card holder who complains later.
  route('POST', '/v1/test_helpers/charges/:id/dispute', ({ store, id }) =>
    ok(openDispute(store, store.get('charge', id), { reason: 'product_not_received' })),
  ),
  // Not Stripe's: sums for a comparison with the books.
  route('GET', '/v1/test_helpers/totals', ({ store }) => ok(totals(store))),
];

/** What a browser may do with the publishable key. */
const publishableRoutes: Route[] = [
  route('POST', '/v1/payment_methods', (call) => methods.createPaymentMethod(call, true)),
  route('GET', '/v1/payment_intents/:id', withSecret(intents.retrievePaymentIntent)),
  route('POST', '/v1/payment_intents/:id/confirm', withSecret(intents.confirmPaymentIntent)),
  route('GET', '/v1/setup_intents/:id', withSecret(setups.retrieveSetupIntent)),
  route('POST', '/v1/setup_intents/:id/confirm', withSecret(setups.confirmSetupIntent)),
];

/** Answers one call, in the caller's transaction. Throws `GatewayError`: then nothing of it may be kept. */
export function answerCall(method: string, path: string, publishable: boolean, call: Omit<Call, 'id'>): Answer {
  const found = match(publishable ? publishableRoutes : routes, method, path);
  if (!found) {
    if (publishable && match(routes, method, path)) throw secretKeyRequired();
    throw unknownUrl(method, path);
  }
  const answer = found.route.operation({ ...call, id: found.id });
  const paths = call.form.expand;
  if (answer.status !== 200 || !Array.isArray(paths)) return answer;
  return { status: 200, body: expand(call.store, answer.body, paths.map(String)) };
}

function match(among: Route[], method: string, path: string): { route: Route; id: string } | undefined {
  const found = among.find((one) => one.method === method && one.pattern.test(path));
  return found && { route: found, id: decodeURIComponent(found.pattern.exec(path)?.[1] ?? '') };
}

function route(method: string, path: string, operation: Operation): Route {
  return {
    method,
    pattern: new RegExp(`^${path.replace(':id', '([A-Za-z0-9_]{1,255})')}$`),
    operation,
  };
}

function retrieve(kind: Kind): Operation {
  return ({ store, id }) => ok(store.get(kind, id));
}

function withSecret(operation: Operation): Operation {
  return (call) => {
    if (call.form.client_secret === undefined) throw secretKeyRequired();
    return operation(call);
  };
}

/** The whole account's clock: from `frozen_time` it runs on, so that what follows keeps its order. */
function createClock({ store, form }: Call): Answer {
  const input = parseParams(clockInput, form);
  store.setClock(input.frozen_time);
  const clock: Stripe.TestHelpers.TestClock = {
    id: newId('clock'),
    object: 'test_helpers.test_clock',
    created: Math.floor(Date.now() / 1000),
    deletes_after: input.frozen_time + 30 * 86_400,
    frozen_time: input.frozen_time,
    livemode: false,
    name: input.name ?? null,
    status: 'ready',
    status_details: {},
  };
  store.insert('test_helpers.test_clock', clock);
  store.emit('test_helpers.test_clock.created', clock);
  return ok(clock);
}

function advanceClock({ store, form, id }: Call): Answer {
  const { frozen_time } = parseParams(clockInput, form);
  const clock = store.get('test_helpers.test_clock', id);
  if (frozen_time <= clock.frozen_time) {
    throw invalid('The new frozen time must be later than the current one.', { param: 'frozen_time' });
  }
  store.setClock(frozen_time);
  clock.frozen_time = frozen_time;
  store.update(clock);
  refunds.settleRefunds(store);
  store.emit('test_helpers.test_clock.ready', clock);
  return ok(clock);
}
