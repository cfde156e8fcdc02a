import { v7 as uuidv7 } from 'uuid';
import { beforeAll, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { aSignedInUser, aUser } from '#server/access/access.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { aMember } from './callers.testing.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { testWeb } from './web.testing.ts';

const app = testApp();
beforeAll(() => prepareQueues(app.current, queues));
const server = testWeb(app);
const inUpperCase = (id: string) => id.toUpperCase();

async function call(
  cookie: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}

const note = { action: 'note', reason: 'Seen at the counter.' };

it('nobody acts on their own record or account, however its id is written', async () => {
  const { id, memberId, cookie } = await aSignedInUser(app.current, { roles: ['member', 'staff', 'admin'] });
  for (const mine of [memberId ?? '', inUpperCase(memberId ?? '')]) {
    expect((await call(cookie, 'POST', `/members/${mine}/actions`, note)).status).toBe(403);
    expect((await call(cookie, 'POST', `/members/${mine}/reveals`, { fields: ['phone'], reason: 'x' })).status).toBe(
      422,
    );
  }
  for (const mine of [id, inUpperCase(id)]) {
    expect((await call(cookie, 'PUT', `/users/${mine}/roles`, { roles: ['staff', 'auditor'] })).status).toBe(403);
    expect((await call(cookie, 'POST', `/users/${mine}/disable`, { reason: 'x' })).status).toBe(403);
  }
  // The control: of others it may be said.
  const other = await aUser(app.current, { roles: ['staff'] });
  expect((await call(cookie, 'POST', `/users/${inUpperCase(other.id)}/disable`, { reason: 'x' })).status).toBe(204);
});

it('one’s own record is one’s own in upper case too', async () => {
  const ada = await aMember(app.current, 'ada');
  const { cookie = '' } = ada.caller.headers;
  const [own, shouted] = [ada.memberId, inUpperCase(ada.memberId)].map((one) => call(cookie, 'GET', `/members/${one}`));
  expect((await shouted)?.status).toBe(200);
  expect((await shouted)?.body).toEqual((await own)?.body);
});

it('what is changed or erased under one spelling is not read as it was under another', async () => {
  const { memberId } = await aMember(app.current, 'cached');
  const { cookie } = await aSignedInUser(app.current, { roles: ['admin'] });
  const spellings = [memberId, inUpperCase(memberId)];
  const names = () =>
    Promise.all(spellings.map(async (one) => (await call(cookie, 'GET', `/members/${one}`)).body.familyName));
  await names();
  await call(cookie, 'PATCH', `/members/${spellings[1]}`, { familyName: 'Renamed' }, { 'if-match': '*' });
  expect(await names()).toEqual(['Renamed', 'Renamed']);
  await call(cookie, 'POST', `/members/${spellings[1]}/actions`, { action: 'erase', reason: 'asked for it' });
  expect(new Set(await names()).has('Renamed')).toBe(false);
});

it('the trail and the events of a record are found by its id in any case', async () => {
  const { memberId } = await aMember(app.current, 'watched');
  const auditor = await aSignedInUser(app.current, { roles: ['admin'] });
  const staff = await aSignedInUser(app.current, { roles: ['staff'] });
  await call(staff.cookie, 'GET', `/members/${inUpperCase(memberId)}`);
  const [entry] = await app.current.database.sql<{ resource_id: string }[]>`
    select resource_id from audit_entries where actor_id = ${staff.id} and action = 'member.read'`;
  expect(entry?.resource_id).toBe(memberId);
  for (const filter of [`actor=${staff.id}`, `actor=${inUpperCase(staff.id)}`]) {
    const found = await call(auditor.cookie, 'GET', `/audit?${filter}&resource=member/${inUpperCase(memberId)}`);
    expect(found.body.data).toMatchObject([{ resource: `member/${memberId}`, action: 'member.read' }]);
  }
  await app.current.database.sql`select sequence_events(take_sequencer('test', 60000), 1000, 60000)`;
  const events = await call(auditor.cookie, 'GET', `/events?stream=member-${inUpperCase(memberId)}`);
  expect(events.body.data.map((event: { type: string }) => event.type)).toContain('member.registered');
});

it('an idempotency key holds for the record, however its id is written', async () => {
  const { memberId } = await aMember(app.current, 'once');
  const { cookie } = await aSignedInUser(app.current, { roles: ['staff'] });
  const key = { 'idempotency-key': uuidv7() };
  const encoded = `%${memberId.charCodeAt(0).toString(16)}${memberId.slice(1)}`;
  const answers = [];
  for (const id of [memberId, inUpperCase(memberId), encoded]) {
    answers.push(await call(cookie, 'POST', `/members/${id}/actions`, note, key));
  }
  expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true', 'true']);
  const notes = await app.current.database.sql`select 1 from member_notes where member_id = ${memberId}`;
  expect(notes).toHaveLength(1);
});

it('a cursor gives its ids in lower case', () => {
  const id = uuidv7();
  expect(decodeCursor(encodeCursor([inUpperCase(id)]), ['uuid'])).toEqual([id]);
});

it('numbers in a query are digits', async () => {
  const { cookie } = await aSignedInUser(app.current, { roles: ['admin'] });
  const lists = ['/members?limit=', '/events?limit=', '/events?after=', '/audit?limit=', '/users?limit='];
  for (const list of lists) {
    for (const odd of ['0x10', '1e1', '', '%205', '+5', '5.0', '-1', '9'.repeat(16), 'NaN']) {
      expect([list, odd, (await call(cookie, 'GET', `${list}${odd}`)).status]).toEqual([list, odd, 400]);
    }
    expect([list, (await call(cookie, 'GET', `${list}5`)).status]).toEqual([list, 200]);
  }
});
