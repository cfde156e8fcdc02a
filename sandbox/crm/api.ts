import { z } from 'zod';
import { json, type Reply, type Request } from '../http.ts';
import type { Contact, Contacts } from './contacts.ts';
import { CrmError, invalidRequest, malformed, notFound } from './errors.ts';
import { type Properties, propertyView, type Values } from './properties.ts';
import { search, searchInput } from './search.ts';

const value = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((given) => (given === null ? '' : String(given)));
const values = z.record(z.string(), value);
const idInput = z.object({ id: z.string() });
const one = z.object({ properties: values.default({}) });
const batch = <T extends z.ZodType>(input: T) => z.object({ inputs: z.array(input).min(1).max(100) });
const batchCreate = batch(one);
const batchUpdate = batch(one.extend({ id: z.string(), idProperty: z.string().optional() }));
const batchUpsert = batch(one.extend({ id: z.string(), idProperty: z.string().optional() }));
const batchArchive = batch(idInput);
const batchRead = batch(idInput).extend({
  idProperty: z.string().optional(),
  properties: z.array(z.string()).default([]),
});
const gdprInput = z.object({ objectId: z.string(), idProperty: z.string().optional() });

const usual = ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'];
const always = ['createdate', 'hs_object_id', 'lastmodifieddate'];

type Call = { request: Request; contacts: Contacts; properties: Properties; id: string };
type Route = [method: string, path: RegExp, call: (call: Call) => Reply];

const contactsPath = '/crm/v3/objects/contacts';
const routes: Route[] = [
  ['GET', path(contactsPath), list],
  ['POST', path(contactsPath), create],
  ['POST', path(`${contactsPath}/search`), find],
  ['POST', path(`${contactsPath}/gdpr-delete`), purge],
  ['POST', path(`${contactsPath}/batch/create`), createMany],
  ['POST', path(`${contactsPath}/batch/read`), readMany],
  ['POST', path(`${contactsPath}/batch/update`), updateMany],
  ['POST', path(`${contactsPath}/batch/upsert`), upsertMany],
  ['POST', path(`${contactsPath}/batch/archive`), archiveMany],
  ['GET', path(`${contactsPath}/:id`), read],
  ['PATCH', path(`${contactsPath}/:id`), update],
  ['DELETE', path(`${contactsPath}/:id`), archive],
  ['GET', path('/crm/v3/properties/contacts/groups'), ({ properties }) => json(200, { results: properties.groups() })],
  ['POST', path('/crm/v3/properties/contacts/groups'), (call) => json(201, call.properties.createGroup(parsed(call)))],
  [
    'GET',
    path('/crm/v3/properties/contacts'),
    ({ properties }) => json(200, { results: properties.all().map(propertyView) }),
  ],
  [
    'POST',
    path('/crm/v3/properties/contacts'),
    (call) => json(201, propertyView(call.properties.create(parsed(call)))),
  ],
  ['GET', path('/crm/v3/properties/contacts/:id'), readProperty],
  [
    'PATCH',
    path('/crm/v3/properties/contacts/:id'),
    (call) => json(200, propertyView(call.properties.update(call.id, parsed(call)))),
  ],
];

/** Answers one call of the part of HubSpot's API that Guildhall uses; throws `CrmError` for HubSpot's refusals. */
export function answerCall(request: Request, contacts: Contacts, properties: Properties): Reply {
  const matching = routes.filter(([, pattern]) => pattern.test(request.url.pathname));
  if (matching.length === 0) throw notFound();
  const route = matching.find(([method]) => method === request.method);
  if (!route) throw new CrmError(405, 'Method not allowed', { category: 'METHOD_NOT_ALLOWED' });
  const id = route[1].exec(request.url.pathname)?.[1] ?? '';
  return route[2]({ request, contacts, properties, id: decoded(id) });
}

function list({ request, contacts, properties }: Call): Reply {
  const query = request.url.searchParams;
  const limit = Number(query.get('limit') ?? 10);
  const after = Number(query.get('after') ?? 0);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw invalidRequest('limit must be between 1 and 100');
  if (!Number.isInteger(after) || after < 0) throw invalidRequest('Invalid value for parameter after');
  const found = contacts.page(limit + 1, after, query.get('archived') === 'true');
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const results = page.map((contact) => view(contact, asked(request), properties));
  if (found.length <= limit || !last) return json(200, { results });
  const link = `${request.url.origin}${contactsPath}?limit=${limit}&after=${last.id}`;
  return json(200, { results, paging: { next: { after: String(last.id), link } } });
}

function create(call: Call): Reply {
  return json(201, view(call.contacts.create(body(call, one).properties)));
}

function read({ request, contacts, properties, id }: Call): Reply {
  const query = request.url.searchParams;
  const contact = contacts.find(id, query.get('idProperty') ?? undefined, query.get('archived') === 'true');
  if (!contact) throw notFound();
  return json(200, view(contact, asked(request), properties));
}

function update(call: Call): Reply {
  const idProperty = call.request.url.searchParams.get('idProperty') ?? undefined;
  return json(200, view(call.contacts.update(call.id, body(call, one).properties, idProperty)));
}

function archive({ contacts, id }: Call): Reply {
  contacts.archive(id);
  return { status: 204 };
}

function purge(call: Call): Reply {
  const { objectId, idProperty } = body(call, gdprInput);
  call.contacts.purge(objectId, idProperty);
  return { status: 204 };
}

function find(call: Call): Reply {
  const input = body(call, searchInput);
  const found = search(call.contacts, call.properties, input);
  const results = found.contacts.map((contact) => view(contact, input.properties, call.properties));
  return json(200, { total: found.total, results, ...(found.next ? { paging: { next: { after: found.next } } } : {}) });
}

function createMany(call: Call): Reply {
  const { inputs } = body(call, batchCreate);
  const made = call.contacts.all(() => inputs.map((input) => call.contacts.create(input.properties)));
  return done(
    201,
    made.map((contact) => view(contact)),
  );
}

function readMany(call: Call): Reply {
  const { inputs, idProperty, properties } = body(call, batchRead);
  const found = inputs.map(({ id }) => ({ id, contact: call.contacts.find(id, idProperty) }));
  const results = found.flatMap(({ contact }) => (contact ? [view(contact, properties, call.properties)] : []));
  return withMissing(
    results,
    found.flatMap(({ id, contact }) => (contact ? [] : [id])),
  );
}

function updateMany(call: Call): Reply {
  const { inputs } = body(call, batchUpdate);
  refuseRepeats(inputs.map((input) => `${input.idProperty}/${input.id}`));
  const missing = inputs.filter((input) => !call.contacts.find(input.id, input.idProperty)).map((input) => input.id);
  const there = inputs.filter((input) => !missing.includes(input.id));
  const results = call.contacts.all(() =>
    there.map((input) => view(call.contacts.update(input.id, input.properties, input.idProperty))),
  );
  return withMissing(results, missing);
}

function upsertMany(call: Call): Reply {
  const { inputs } = body(call, batchUpsert);
  refuseRepeats(inputs.map((input) => input.id));
  const results = call.contacts.all(() =>
    inputs.map((input) => {
      if (!input.idProperty) throw invalidRequest('idProperty is required to upsert contacts');
      const { contact, created } = call.contacts.upsert(input.id, input.properties, input.idProperty);
      return { ...view(contact), new: created };
    }),
  );
  return done(200, results);
}

function archiveMany(call: Call): Reply {
  const { inputs } = body(call, batchArchive);
  call.contacts.all(() => {
    for (const { id } of inputs) call.contacts.archive(id);
  });
  return { status: 204 };
}

function readProperty({ properties, id }: Call): Reply {
  const property = properties.get(id);
  if (!property) throw notFound();
  return json(200, propertyView(property));
}

/** `names` undefined: every value that is set. Else those asked for, null where unset; none asked for gives the usual ones. */
function view(contact: Contact, names?: string[], properties?: Properties): Record<string, unknown> {
  const stamps = {
    createdate: new Date(contact.createdAt).toISOString(),
    hs_object_id: String(contact.id),
    lastmodifieddate: new Date(contact.updatedAt).toISOString(),
  };
  const all: Values = { ...contact.values, ...stamps };
  const shown = names?.length === 0 ? usual : names && [...names, ...always].filter((name) => properties?.get(name));
  return {
    id: String(contact.id),
    properties: shown ? Object.fromEntries(shown.map((name) => [name, all[name] ?? null])) : all,
    createdAt: stamps.createdate,
    updatedAt: stamps.lastmodifieddate,
    archived: contact.archivedAt !== null,
    ...(contact.archivedAt === null ? {} : { archivedAt: new Date(contact.archivedAt).toISOString() }),
  };
}

function done(status: number, results: unknown[], more: Record<string, unknown> = {}): Reply {
  const now = new Date().toISOString();
  return json(status, { status: 'COMPLETE', results, ...more, startedAt: now, completedAt: now });
}

function withMissing(results: unknown[], ids: string[]): Reply {
  if (ids.length === 0) return done(200, results);
  const error = {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.',
    context: { ids },
  };
  return done(207, results, { numErrors: 1, errors: [error] });
}

function refuseRepeats(ids: string[]): void {
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw invalidRequest('Duplicate IDs found in batch input: each ID must be unique');
}

function body<T extends z.ZodType>(call: Call, schema: T): z.output<T> {
  const result = schema.safeParse(parsed(call));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw malformed(`${issue?.path.join('.')}: ${issue?.message}`);
}

function parsed({ request }: Call): unknown {
  try {
    return JSON.parse(request.body);
  } catch {
    throw malformed('the body could not be read');
  }
}

function asked(request: Request): string[] {
  return request.url.searchParams.getAll('properties').flatMap((names) => names.split(','));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notFound();
  }
}

function path(template: string): RegExp {
  return new RegExp(`^${template.replace(':id', '([^/]+)')}/?$`);
}
