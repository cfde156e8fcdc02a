import { Client } from '@hubspot/api-client';
import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../start.ts';

let sandbox: Sandbox;
let contacts: Client['crm']['contacts'];
let client: Client;

beforeEach(() => start());
afterEach(() => sandbox.close());

describe('contacts', () => {
  it('creates, reads by id and by guildhall_id, updates', async () => {
    const made = await contacts.basicApi.create({ properties: person('a-1'), associations: [] });
    expect(made).toMatchObject({
      id: '1',
      archived: false,
      properties: { guildhall_id: 'a-1', email: 'a-1@example.com' },
    });
    expect(made.createdAt).toBeInstanceOf(Date);
    const updated = await contacts.basicApi.update(
      'a-1',
      { properties: { firstname: 'Grace', phone: '' } },
      'guildhall_id',
    );
    expect(updated.properties).toMatchObject({ firstname: 'Grace', lastname: 'Lovelace', hs_object_id: '1' });
    expect(updated.properties).not.toHaveProperty('phone');
    const read = await byGuildhallId('a-1', ['firstname', 'plan']);
    expect(read.properties).toEqual({
      firstname: 'Grace',
      plan: null,
      hs_object_id: '1',
      createdate: made.createdAt.toISOString(),
      lastmodifieddate: updated.updatedAt.toISOString(),
    });
    expect((await contacts.basicApi.getById('1')).properties).toMatchObject({ lastname: 'Lovelace' });
  });

  it('upserts by guildhall_id: twice the same makes one contact', async () => {
    const first = await upsert(['u-1', 'u-2']);
    expect(first.results.map(({ id, _new }) => [id, _new])).toEqual([
      ['1', true],
      ['2', true],
    ]);
    const again = await upsert(['u-2', 'u-1']);
    expect(again.results.map(({ id, _new }) => [id, _new])).toEqual([
      ['2', false],
      ['1', false],
    ]);
    expect((await contacts.basicApi.getPage()).results).toHaveLength(2);
  });

  it('upserts all or nothing', async () => {
    await contacts.basicApi.create({ properties: { email: 'u-2@example.com' }, associations: [] });
    expect(await refusal(upsert(['u-1', 'u-2']))).toMatchObject({ code: 409 });
    expect(await refusal(byGuildhallId('u-1'))).toMatchObject({ code: 404 });
    expect((await upsert(['u-3'])).results).toHaveLength(1);
  });

  it('archives, and frees the unique values', async () => {
    await upsert(['a-1']);
    await contacts.basicApi.archive('1');
    await contacts.basicApi.archive('1');
    expect(await refusal(contacts.basicApi.getById('1'))).toMatchObject({ code: 404 });
    expect((await contacts.basicApi.getById('1', undefined, undefined, undefined, true)).archived).toBe(true);
    expect((await upsert(['a-1'])).results[0]).toMatchObject({ id: '2', _new: true });
  });

  it('forgets a person for good', async () => {
    await upsert(['a-1', 'a-2']);
    await contacts.basicApi.purge({ objectId: 'a-1', idProperty: 'guildhall_id' });
    await contacts.basicApi.purge({ objectId: '2' });
    expect((await contacts.basicApi.getPage()).results).toEqual([]);
    expect(await refusal(contacts.basicApi.getById('1', undefined, undefined, undefined, true))).toMatchObject({
      code: 404,
    });
    expect(await refusal(contacts.basicApi.purge({ objectId: '2' }))).toMatchObject({ code: 404 });
    expect((await upsert(['a-1'])).results[0]).toMatchObject({ id: '3', _new: true });
  });

  it('lists all by pages', async () => {
    await upsert(Array.from({ length: 25 }, (_, index) => `p-${index}`));
    const first = await contacts.basicApi.getPage(10);
    expect(first.results).toHaveLength(10);
    expect(first.paging?.next?.after).toBe('10');
    expect(await contacts.getAll(10)).toHaveLength(25);
  });

  it('searches with filters, order and pages', async () => {
    await upsert(['s-1', 's-2', 's-3'], (id) => ({ ...person(id), guildhall_version: id === 's-3' ? '10' : '9' }));
    const latest = (await byGuildhallId('s-3')).updatedAt.getTime();
    await vi.waitUntil(() => Date.now() > latest);
    const search = (propertyName: string, operator: FilterOperatorEnum, value: string, after?: string) =>
      contacts.searchApi.doSearch({
        filterGroups: [{ filters: [{ propertyName, operator, value }] }],
        sorts: ['-guildhall_id'],
        properties: ['guildhall_id'],
        limit: 2,
        ...(after ? { after } : {}),
      });
    const one = await search('guildhall_id', FilterOperatorEnum.Eq, 's-2');
    expect(one).toMatchObject({ total: 1, results: [{ id: '2', properties: { guildhall_id: 's-2' } }] });
    expect((await search('guildhall_version', FilterOperatorEnum.Gt, '9')).results.map(({ id }) => id)).toEqual(['3']);
    const page = await search('guildhall_version', FilterOperatorEnum.Gte, '9');
    expect(page).toMatchObject({ total: 3, results: [{ id: '3' }, { id: '2' }], paging: { next: { after: '2' } } });
    const rest = await search('guildhall_version', FilterOperatorEnum.Gte, '9', '2');
    expect(rest).toMatchObject({ total: 3, results: [{ id: '1' }] });
    expect(rest.paging).toBeUndefined();
    await contacts.basicApi.update('2', { properties: { city: 'Cork' } });
    const changed = await search('lastmodifieddate', FilterOperatorEnum.Gt, String(latest));
    expect(changed.results.map(({ id }) => id)).toEqual(['2']);
    expect((await contacts.searchApi.doSearch({ query: 'S-3@EXAMPLE' })).total).toBe(1);
  });

  it('reads and updates many, naming those that are missing', async () => {
    await upsert(['b-1', 'b-2']);
    const read = await contacts.batchApi.read({
      idProperty: 'guildhall_id',
      inputs: [{ id: 'b-1' }, { id: 'gone' }],
      properties: ['email'],
      propertiesWithHistory: [],
    });
    expect(read).toMatchObject({ results: [{ id: '1' }], numErrors: 1, errors: [{ context: { ids: ['gone'] } }] });
    const updated = await contacts.batchApi.update({ inputs: [{ id: '2', properties: { city: 'Cork' } }] });
    expect(updated.results[0]?.properties.city).toBe('Cork');
  });

  it('takes an address that differs in case only for the same', async () => {
    await upsert(['a-1']);
    const twin = { properties: { email: 'A-1@Example.com' }, associations: [] };
    expect(await refusal(contacts.basicApi.create(twin))).toMatchObject({ code: 409 });
  });
});

describe('properties', () => {
  it('knows ours from the start, unique where it must be', async () => {
    const property = await client.crm.properties.coreApi.getByName('contacts', 'guildhall_id');
    expect(property).toMatchObject({ name: 'guildhall_id', hasUniqueValue: true });
    expect(property.updatedAt).toBeInstanceOf(Date);
  });

  it('lets them be created in a bare account', async () => {
    await restart({ crm: { customProperties: false } });
    expect(await refusal(upsert(['a-1']))).toMatchObject({ code: 400 });
    const definition = {
      name: 'guildhall_id',
      label: 'Guildhall ID',
      groupName: 'guildhall',
      type: 'string',
      fieldType: 'text',
    };
    const create = () =>
      client.crm.properties.coreApi.create('contacts', { ...definition, hasUniqueValue: true } as never);
    expect(await refusal(create())).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
    await client.crm.properties.groupsApi.create('contacts', { name: 'guildhall', label: 'Guildhall' });
    expect(await create()).toMatchObject({ name: 'guildhall_id', hubspotDefined: false });
    expect(await refusal(create())).toMatchObject({ code: 409, body: { category: 'OBJECT_ALREADY_EXISTS' } });
    const input = { idProperty: 'guildhall_id', id: 'a-1', properties: {} };
    expect((await contacts.batchApi.upsert({ inputs: [input] })).results[0]?._new).toBe(true);
  });
});

describe('error bodies', () => {
  it('401 for a wrong token', async () => {
    const stranger = new Client({ basePath: sandbox.urls.crm, accessToken: 'wrong', numberOfApiCallRetries: 0 });
    const body = { status: 'error', category: 'INVALID_AUTHENTICATION', correlationId: expect.any(String) };
    expect(await refusal(stranger.crm.contacts.basicApi.getPage())).toMatchObject({ code: 401, body });
  });

  it('404 for what is not there', async () => {
    const body = { status: 'error', message: 'resource not found' };
    expect(await refusal(contacts.basicApi.getById('99'))).toMatchObject({ code: 404, body });
    expect(await refusal(contacts.basicApi.update('99', { properties: {} }))).toMatchObject({ code: 404, body });
    expect(await refusal(contacts.basicApi.getById('%E0%A4%A'))).toMatchObject({ code: 404, body });
  });

  it('409 for a second contact with the same address or guildhall_id', async () => {
    await upsert(['a-1']);
    const body = { status: 'error', category: 'CONFLICT', message: 'Contact already exists. Existing ID: 1' };
    const twin = { properties: { email: 'a-1@example.com' }, associations: [] };
    expect(await refusal(contacts.basicApi.create(twin))).toMatchObject({ code: 409, body });
    const sameId = { properties: { guildhall_id: 'a-1' }, associations: [] };
    expect(await refusal(contacts.basicApi.create(sameId))).toMatchObject({
      code: 409,
      body: { category: 'CONFLICT' },
    });
  });

  it('400 for an update that takes the address of another contact', async () => {
    await upsert(['a-1', 'a-2']);
    const taken = {
      category: 'VALIDATION_ERROR',
      message: expect.stringMatching(/propertyName=email, value=a-1@example\.com\} on 2\. 1 already has that value\.$/),
    };
    const properties = { email: 'a-1@example.com' };
    expect(await refusal(contacts.basicApi.update('2', { properties }))).toMatchObject({ code: 400, body: taken });
    const input = { idProperty: 'guildhall_id', id: 'a-2', properties };
    expect(await refusal(contacts.batchApi.upsert({ inputs: [input] }))).toMatchObject({ code: 400, body: taken });
    expect((await byGuildhallId('a-2')).properties.email).toBe('a-2@example.com');
  });

  it('400 naming each property that is wrong', async () => {
    const properties = { nonsense: 'x', email: 'not-an-address', guildhall_version: 'seven', hs_object_id: '5' };
    const { code, body } = await refusal(contacts.basicApi.create({ properties, associations: [] }));
    expect(code).toBe(400);
    expect(body).toMatchObject({ status: 'error', category: 'VALIDATION_ERROR' });
    expect(body.message).toContain('Property \\"nonsense\\" does not exist');
    expect(body.errors.map(({ code: reason }: { code: string }) => reason)).toEqual([
      'PROPERTY_DOESNT_EXIST',
      'INVALID_EMAIL',
      'INVALID_LONG',
      'READ_ONLY_VALUE',
    ]);
  });

  it('400 for a repeated id in a batch and for a property that is not unique', async () => {
    expect(await refusal(upsert(['a-1', 'a-1']))).toMatchObject({ code: 400, body: { category: 'VALIDATION_ERROR' } });
    const input = { idProperty: 'firstname', id: 'Ada', properties: {} };
    expect(await refusal(contacts.batchApi.upsert({ inputs: [input] }))).toMatchObject({ code: 400 });
  });

  it('429 beyond the sliding limit, with the headers on every answer', async () => {
    await restart({ crm: { limits: { interval: 2 } } });
    const first = await contacts.basicApi.getPageWithHttpInfo();
    expect(first.headers).toMatchObject({ 'x-hubspot-ratelimit-max': '2', 'x-hubspot-ratelimit-remaining': '1' });
    await contacts.basicApi.getPage();
    const { code, body, headers } = await refusal(contacts.basicApi.getPage());
    expect(code).toBe(429);
    expect(body).toMatchObject({
      category: 'RATE_LIMITS',
      policyName: 'TEN_SECONDLY_ROLLING',
      errorType: 'RATE_LIMIT',
    });
    expect(headers).toMatchObject({
      'x-hubspot-ratelimit-remaining': '0',
      'retry-after': expect.stringMatching(/^\d+$/),
    });
  });
});

describe('faults', () => {
  it.each([
    ['fail', 500, 'INTERNAL_ERROR'],
    ['rate-limit', 429, 'RATE_LIMITS'],
    ['refuse', 401, 'INVALID_AUTHENTICATION'],
    ['reject', 400, 'VALIDATION_ERROR'],
  ] as const)('%s answers %i and does nothing', async (fault, status, category) => {
    sandbox.faults.set({ partner: 'crm', fault });
    const { code, body, headers } = await refusal(upsert(['a-1']));
    expect({ code, category: body.category }).toEqual({ code: status, category });
    if (fault === 'rate-limit') expect(headers['retry-after']).toBe('2');
    sandbox.faults.clear();
    expect((await contacts.basicApi.getPage()).results).toEqual([]);
  });

  it('slow answers, later', async () => {
    sandbox.faults.set({ partner: 'crm', fault: 'slow', delayMs: 150 });
    const startedAt = performance.now();
    await upsert(['a-1']);
    expect(performance.now() - startedAt).toBeGreaterThan(140);
  });

  it('cut breaks the connection and does nothing', async () => {
    sandbox.faults.set({ partner: 'crm', fault: 'cut' });
    await expect(upsert(['a-1'])).rejects.toThrow('fetch failed');
    sandbox.faults.clear();
    expect((await contacts.basicApi.getPage()).results).toEqual([]);
  });

  it('hang holds the request without doing it, until it is switched off', async () => {
    const settled = vi.fn();
    sandbox.faults.set({ partner: 'crm', fault: 'hang' });
    const held = upsert(['a-1']).then(settled, settled);
    await vi.waitUntil(() => (sandbox.faults.list()[0]?.hits ?? 0) > 0);
    expect(settled).not.toHaveBeenCalled();
    sandbox.faults.clear();
    await held;
    expect(settled.mock.calls[0]?.[0]).toBeInstanceOf(Error);
    expect((await contacts.basicApi.getPage()).results).toEqual([]);
  });

  it('fail-after does the work and answers 500', async () => {
    sandbox.faults.set({ partner: 'crm', fault: 'fail-after' });
    expect(await refusal(upsert(['a-1']))).toMatchObject({ code: 500 });
    sandbox.faults.clear();
    expect((await upsert(['a-1'])).results[0]?._new).toBe(false);
  });

  it('hang with fail-after does the work and holds the answer', async () => {
    sandbox.faults.set({ partner: 'crm', fault: 'hang' });
    sandbox.faults.set({ partner: 'crm', fault: 'fail-after' });
    const held = upsert(['a-1']).catch((error: Error) => error);
    await vi.waitUntil(() => (sandbox.faults.list()[0]?.hits ?? 0) > 0);
    sandbox.faults.clear();
    expect(await held).toBeInstanceOf(Error);
    expect((await upsert(['a-1'])).results[0]?._new).toBe(false);
  });
});

async function start(options: Partial<SandboxOptions> = {}) {
  sandbox = await startSandbox({ dataDir: ':memory:', ...options });
  const { crmToken: accessToken } = sandbox.credentials;
  // The client's own pacing would slow the tests; retries are the queue's business.
  const limiterOptions = { minTime: 0, maxConcurrent: 50, id: 'test' };
  client = new Client({ basePath: sandbox.urls.crm, accessToken, numberOfApiCallRetries: 0, limiterOptions });
  contacts = client.crm.contacts;
}

async function restart(options: Partial<SandboxOptions>) {
  await sandbox.close();
  await start(options);
}

function person(id: string): Record<string, string> {
  return { guildhall_id: id, email: `${id}@example.com`, firstname: 'Ada', lastname: 'Lovelace', phone: '+353 1 234' };
}

function upsert(ids: string[], properties = person) {
  const inputs = ids.map((id) => ({ idProperty: 'guildhall_id', id, properties: properties(id) }));
  return contacts.batchApi.upsert({ inputs });
}

function byGuildhallId(id: string, properties?: string[]) {
  return contacts.basicApi.getById(id, properties, undefined, undefined, false, 'guildhall_id');
}

/** What the client threw: HubSpot's status, body and headers. */
async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => expect.fail('the call was answered'),
    (thrown) => thrown,
  );
  return { code: error.code, body: error.body, headers: error.headers };
}
