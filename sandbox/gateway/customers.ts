import { z } from 'zod';
import { type Call, ok } from './call.ts';
import { invalid } from './errors.ts';
import { created, expandable, metadata, paging, parseParams, text, withMetadata } from './form.ts';
import { listOf } from './lists.ts';
import { newId } from './store.ts';

const fields = {
  ...expandable,
  description: z.string().optional(),
  email: z.string().max(512).optional(),
  metadata: metadata.optional(),
  name: z.string().max(256).optional(),
  phone: z.string().max(20).optional(),
};
const createInput = z.strictObject({ ...fields, payment_method: text.optional(), test_clock: text.optional() });
const updateInput = z.strictObject(fields);
const listInput = z.strictObject({ ...paging, created: created.optional(), email: text.optional() });

export function createCustomer({ store, form }: Call) {
  const input = parseParams(createInput, form);
  if (input.payment_method)
    throw invalid('The sandbox attaches payment methods by their own call', { param: 'payment_method' });
  if (input.test_clock) store.get('test_helpers.test_clock', input.test_clock, 'test_clock');
  const customer = store.insert('customer', {
    id: newId('cus', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: store.now(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: input.description || null,
    discount: null,
    email: input.email || null,
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: withMetadata({}, input.metadata),
    name: input.name || null,
    phone: input.phone || null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: input.test_clock ?? null,
  });
  store.emit('customer.created', customer);
  return ok(customer);
}

export function retrieveCustomer({ store, id }: Call) {
  return ok(store.get('customer', id));
}

export function updateCustomer({ store, form, id }: Call) {
  const input = parseParams(updateInput, form);
  const customer = store.get('customer', id);
  for (const name of ['description', 'email', 'name', 'phone'] as const) {
    const value = input[name];
    if (value !== undefined) customer[name] = value || null;
  }
  customer.metadata = withMetadata(customer.metadata, input.metadata);
  store.update(customer);
  store.emit('customer.updated', customer);
  return ok(customer);
}

/** What it paid stays; its cards go with it. */
export function deleteCustomer({ store, id }: Call) {
  const customer = store.get('customer', id);
  for (const method of store.list('payment_method', { customer: id }, { limit: 1000 }).data) {
    method.customer = null;
    store.update(method, { spent: true });
  }
  store.delete(id);
  store.emit('customer.deleted', customer);
  return ok({ id, object: 'customer', deleted: true });
}

export function listCustomers({ store, form }: Call) {
  const input = parseParams(listInput, form);
  return ok(
    listOf('/v1/customers', store.list('customer', { created: input.created, fields: { email: input.email } }, input)),
  );
}
