import Stripe from 'stripe';
import { z } from 'zod';
import { type Call, ok } from './call.ts';
import { expandable, flag, metadata, paging, parseParams, text, withMetadata } from './form.ts';
import { listOf } from './lists.ts';
import { newId, type Store } from './store.ts';

const fields = {
  ...expandable,
  description: z.string().optional(),
  metadata: metadata.optional(),
};
const createInput = z.strictObject({
  ...fields,
  url: z.url(),
  enabled_events: z.array(text).min(1),
  api_version: text.optional(),
});
const updateInput = z.strictObject({
  ...fields,
  url: z.url().optional(),
  enabled_events: z.array(text).min(1).optional(),
  disabled: flag.optional(),
});
const listInput = z.strictObject(paging);

/** Only this answer tells the secret. */
export function createEndpoint({ store, form }: Call) {
  const input = parseParams(createInput, form);
  const endpoint = insertEndpoint(store, input.url, input.enabled_events, newId('whsec', 32));
  endpoint.description = input.description || null;
  endpoint.metadata = withMetadata({}, input.metadata);
  return ok(store.update(endpoint));
}

export function retrieveEndpoint({ store, id }: Call) {
  return ok(told(store.get('webhook_endpoint', id)));
}

export function updateEndpoint({ store, form, id }: Call) {
  const input = parseParams(updateInput, form);
  const endpoint = store.get('webhook_endpoint', id);
  if (input.url) endpoint.url = input.url;
  if (input.enabled_events) endpoint.enabled_events = input.enabled_events;
  if (input.disabled !== undefined) endpoint.status = input.disabled ? 'disabled' : 'enabled';
  if (input.description !== undefined) endpoint.description = input.description || null;
  endpoint.metadata = withMetadata(endpoint.metadata, input.metadata);
  return ok(told(store.update(endpoint)));
}

export function deleteEndpoint({ store, id }: Call) {
  store.get('webhook_endpoint', id);
  store.delete(id);
  return ok({ id, object: 'webhook_endpoint', deleted: true });
}

export function listEndpoints({ store, form }: Call) {
  const found = store.list('webhook_endpoint', {}, parseParams(listInput, form));
  return ok(listOf('/v1/webhook_endpoints', { ...found, data: found.data.map(told) }));
}

/** Makes sure that this address hears of everything, under this secret. */
export function ensureEndpoint(store: Store, url: string, secret: string): void {
  const known = store.list('webhook_endpoint', { fields: { url } }, { limit: 1 }).data[0];
  if (known) store.update({ ...known, secret, enabled_events: ['*'], status: 'enabled' });
  else insertEndpoint(store, url, ['*'], secret);
}

function insertEndpoint(store: Store, url: string, events: string[], secret: string): Stripe.WebhookEndpoint {
  return store.insert('webhook_endpoint', {
    id: newId('we'),
    object: 'webhook_endpoint',
    api_version: Stripe.API_VERSION,
    application: null,
    created: store.now(),
    description: null,
    enabled_events: events,
    livemode: false,
    metadata: {},
    secret,
    status: 'enabled',
    url,
  });
}

function told({ secret: _secret, ...endpoint }: Stripe.WebhookEndpoint): Stripe.WebhookEndpoint {
  return endpoint;
}
