import { createServer, type RequestListener, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import type { ErrorClass } from '../partner-error.ts';
import { aPartnerMember, failure } from '../partner-member.testing.ts';
import { type CrmSystem, connectCrm } from './index.ts';
import { customProperties } from './mapping.ts';

describe('CRM', () => {
  let sandbox: Sandbox;
  let crm: CrmSystem;
  beforeAll(async () => {
    sandbox = await startSandbox({ dataDir: ':memory:', crm: { customProperties: false } });
    crm = connectCrm({ baseUrl: sandbox.urls.crm, accessToken: sandbox.credentials.crmToken, timeoutMs: 2000 });
    const error = await failure(crm.check(), 'credentials');
    expect(error.reason).toBe('property guildhall_id is missing');
    // Two processes start at once: the slower finds what the quicker just made.
    await Promise.all([crm.install(), crm.install()]);
  });
  afterEach(() => sandbox.faults.clear());
  afterAll(() => sandbox.close());

  async function madeByHand(properties: Record<string, string>): Promise<string> {
    const answer = await fetch(`${sandbox.urls.crm}/crm/v3/objects/contacts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.credentials.crmToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ properties }),
    });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  }

  it('installs its properties once, however often', async () => {
    await Promise.all([crm.install(), crm.install()]);
    await crm.check();
    const headers = { authorization: `Bearer ${sandbox.credentials.crmToken}` };
    const answer = await fetch(`${sandbox.urls.crm}/crm/v3/properties/contacts`, { headers });
    const { results } = (await answer.json()) as { results: { name: string; hasUniqueValue: boolean }[] };
    for (const { name, unique } of customProperties) {
      expect(results.filter((property) => property.name === name)).toMatchObject([{ hasUniqueValue: unique }]);
    }
  });

  it('stores a member and reads back every field', async () => {
    const member = aPartnerMember();
    const write = await crm.upsertContact(member);
    expect(write).toEqual({ recordId: expect.stringMatching(/^\d+$/), version: 1, applied: true });
    const { updatedAt, ...contact } = (await crm.readContact(member.memberId)) ?? { updatedAt: '' };
    expect(contact).toEqual({ ...member, joinedAt: '2024-03-31', recordId: write.recordId });
    expect(Math.abs(Date.parse(updatedAt) - Date.now())).toBeLessThan(60_000);
  });

  it('clears what was removed', async () => {
    const member = aPartnerMember();
    await crm.upsertContact(member);
    const bare = { ...member, version: 2, phone: null, dateOfBirth: null, address: null, planCode: null };
    await crm.upsertContact(bare);
    expect(await crm.readContact(member.memberId)).toMatchObject({ ...bare, joinedAt: '2024-03-31' });
  });

  it('changes nothing for a version that is stored already, or for an older one', async () => {
    const member = aPartnerMember({ version: 5 });
    const { recordId } = await crm.upsertContact(member);
    for (const version of [5, 4]) {
      const write = await crm.upsertContact({ ...member, version, givenName: 'Other' });
      expect(write).toEqual({ recordId, version: 5, applied: false });
    }
    expect(await crm.readContact(member.memberId)).toMatchObject({ givenName: member.givenName, version: 5 });
  });

  it('makes one contact when a write is repeated whose answer was lost', async () => {
    const member = aPartnerMember();
    sandbox.faults.set({ partner: 'crm', fault: 'fail-after' });
    await failure(crm.upsertContact(member), 'unavailable');
    sandbox.faults.clear();
    await crm.upsertContact(member);
    const again = await crm.upsertContact({ ...member, version: 2 });
    expect(again).toMatchObject({ version: 2, applied: true });
  });

  it('erases a contact for good', async () => {
    const member = aPartnerMember();
    await crm.upsertContact(member);
    expect(await crm.eraseContact(member.memberId)).toEqual({ erased: true });
    expect(await crm.eraseContact(member.memberId)).toEqual({ erased: false });
    expect(await crm.readContact(member.memberId)).toBeNull();
  });

  it('adopts a contact that was made by hand with the e-mail address, in whatever case', async () => {
    const member = aPartnerMember();
    const recordId = await madeByHand({ email: member.email.toUpperCase(), firstname: 'Zoe', jobtitle: 'Clerk' });
    expect(await crm.upsertContact(member)).toEqual({ recordId, version: 1, applied: true });
    expect(await crm.readContact(member.memberId)).toMatchObject({ ...member, joinedAt: '2024-03-31', recordId });
    expect(await crm.upsertContact({ ...member, version: 2 })).toMatchObject({ recordId, version: 2 });
  });

  it('takes no contact of another member, and says so without repeating the address', async () => {
    const [first, other] = [aPartnerMember(), aPartnerMember()];
    await crm.upsertContact(first);
    await crm.upsertContact(other);
    const reason = 'HTTP 409 CONFLICT: the contact of another member has this e-mail address';
    for (const taking of [aPartnerMember({ email: first.email }), { ...other, version: 2, email: first.email }]) {
      const error = await failure(crm.upsertContact(taking), 'permanent');
      expect(error.reason).toBe(reason);
    }
    expect(await crm.readContact(first.memberId)).toMatchObject({ email: first.email });
    expect(await crm.readContact(other.memberId)).toMatchObject({ email: other.email, version: 1 });
  });

  it('leaves merging two contacts of one person to people', async () => {
    const member = aPartnerMember();
    await crm.upsertContact(member);
    const email = `new.${member.email}`;
    await madeByHand({ email });
    const error = await failure(crm.upsertContact({ ...member, version: 2, email }), 'permanent');
    expect(error.reason).toBe(
      'HTTP 409 CONFLICT: a contact made in the CRM has this e-mail address; merge the two there',
    );
  });

  it('refuses a value that does not fit before anything is sent', async () => {
    const member = aPartnerMember({ familyName: 'x'.repeat(1001) });
    const error = await failure(crm.upsertContact(member), 'permanent');
    expect(error.reason).toBe('familyName is longer than 1000 characters');
  });

  it.each([
    ['fail', 'unavailable', 'HTTP 500 INTERNAL_ERROR', null],
    ['rate-limit', 'limited', 'HTTP 429 RATE_LIMITS', 2000],
    ['refuse', 'credentials', 'HTTP 401 INVALID_AUTHENTICATION', null],
    ['reject', 'permanent', 'HTTP 400 VALIDATION_ERROR', null],
  ] as const)('says what a CRM that answers with %s means', async (fault, errorClass, reason, retryAfterMs) => {
    sandbox.faults.set({ partner: 'crm', fault });
    const error = await failure(crm.upsertContact(aPartnerMember()), errorClass);
    expect(error).toMatchObject({ partner: 'crm', reason, retryAfterMs });
  });

  it.each(['cut', 'hang'] as const)(
    'reports a CRM that does not answer (%s) as unavailable, in time',
    async (fault) => {
      const hasty = connectCrm({
        baseUrl: sandbox.urls.crm,
        accessToken: sandbox.credentials.crmToken,
        timeoutMs: 300,
      });
      sandbox.faults.set({ partner: 'crm', fault });
      const began = Date.now();
      await failure(hasty.upsertContact(aPartnerMember()), 'unavailable');
      expect(Date.now() - began).toBeLessThan(2000);
    },
  );

  it('reports a closed port as unavailable', async () => {
    const nobody = connectCrm({ baseUrl: 'http://127.0.0.1:9', accessToken: 'secret-token' });
    const error = await failure(nobody.check(), 'unavailable');
    expect(error.message).not.toContain('secret-token');
  });
});

describe('CRM answers that are out of the ordinary', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function crmThat(answers: RequestListener): Promise<CrmSystem> {
    server = createServer(answers);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    return connectCrm({ baseUrl: `http://127.0.0.1:${address.port}/`, accessToken: 'secret-token', timeoutMs: 300 });
  }

  const personal = 'ada@example.org';
  const cases: [string, number, Record<string, string>, unknown, ErrorClass, string, number | null][] = [
    ['a missing scope', 403, {}, { category: 'MISSING_SCOPES' }, 'credentials', 'HTTP 403 MISSING_SCOPES', null],
    ['maintenance with a date', 503, { 'retry-after': '30' }, {}, 'unavailable', 'HTTP 503', 30_000],
    ["a proxy's page", 502, { 'content-type': 'text/html' }, '<html>', 'unavailable', 'HTTP 502', null],
    [
      'a page where data should be',
      200,
      { 'content-type': 'text/html' },
      '<html>',
      'unavailable',
      'unreadable answer',
      null,
    ],
    ['the daily limit', 429, {}, { policyName: 'DAILY' }, 'limited', 'HTTP 429', 900_000],
    [
      'the limit of an interval',
      429,
      { 'x-hubspot-ratelimit-interval-milliseconds': '10000' },
      { policyName: 'TEN_SECONDLY_ROLLING' },
      'limited',
      'HTTP 429',
      10_000,
    ],
    ['a moved address', 301, { location: 'https://example.org/' }, '', 'credentials', 'HTTP 301', null],
    [
      'a category with a value in it',
      400,
      {},
      { category: personal, message: personal },
      'permanent',
      'HTTP 400',
      null,
    ],
  ];
  it.each(cases)('%s', async (_name, status, headers, body, errorClass, reason, retryAfterMs) => {
    const crm = await crmThat((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    const error = await failure(crm.upsertContact(aPartnerMember()), errorClass);
    expect(error).toMatchObject({ reason, retryAfterMs });
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain(personal);
  });

  it('closes the socket of an answer that never ends', async () => {
    const closed = Promise.withResolvers<void>();
    const crm = await crmThat((request, response) => {
      request.socket.on('close', () => closed.resolve());
      response.writeHead(200, { 'content-type': 'application/json' });
      const trickle = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(trickle));
    });
    await failure(crm.readContact('any'), 'unavailable');
    await closed.promise;
  });

  it('tries again when an answer does not confirm the version that was sent', async () => {
    const crm = await crmThat((request, response) => {
      const missing = request.method === 'GET';
      response.writeHead(missing ? 404 : 200, { 'content-type': 'application/json' });
      const times = { createdAt: '2026-11-21T12:00:00Z', updatedAt: '2026-11-21T12:00:00Z' };
      const results = [{ id: '1', new: true, properties: { guildhall_version: '1' }, ...times }];
      response.end(JSON.stringify(missing ? {} : { status: 'COMPLETE', results }));
    });
    expect(await crm.upsertContact(aPartnerMember({ version: 1 }))).toMatchObject({ applied: true });
    const error = await failure(crm.upsertContact(aPartnerMember({ version: 2 })), 'transient');
    expect(error.reason).toBe('the written version was not confirmed');
  });

  it('takes a partial refusal inside a 207 as permanent', async () => {
    const crm = await crmThat((request, response) => {
      const missing = request.method === 'GET';
      response.writeHead(missing ? 404 : 207, { 'content-type': 'application/json' });
      const errors = [{ status: 'error', category: 'VALIDATION_ERROR', message: personal, context: {}, links: {} }];
      response.end(JSON.stringify(missing ? {} : { status: 'COMPLETE', results: [], numErrors: 1, errors }));
    });
    const error = await failure(crm.upsertContact(aPartnerMember()), 'permanent');
    expect(error.message).not.toContain(personal);
  });
});
