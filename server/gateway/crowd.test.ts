import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { aSignedInUser, builtPassword } from '#server/access/access.testing.ts';
import { joinInput } from '#server/members/members.testing.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { aMember } from './callers.testing.ts';
import { testWeb } from './web.testing.ts';

const app = testApp(() => ({ DATABASE_POOL: '4' }));
beforeAll(() => prepareQueues(app.current, queues));
const server = testWeb(app);

const join = (body: object) =>
  fetch(`${server.url}/api/v1/members`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'idempotency-key': uuidv7() },
  });

describe('POST /members', () => {
  it('lets more join at once than there are connections', async () => {
    await installPlans(app.current.database.sql);
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 24 }, () => join(joinInput())));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(performance.now() - started).toBeLessThan(8_000);
  }, 30_000);

  it('looks at the password before it takes a connection', async () => {
    const answer = await join(joinInput({ password: 'password12' }));
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ errors: [{ path: 'password' }] });
  });
});

describe('GET /members/{id}', () => {
  it('has another validator masked than clear; writing takes either', async () => {
    const ada = await aMember(app.current, 'ada');
    const staff = await aSignedInUser(app.current, { roles: ['staff'] });
    const url = `${server.url}/api/v1/members/${ada.memberId}`;
    const get = (headers: Record<string, string>) => fetch(url, { headers });
    const own = (await get(ada.caller.headers)).headers.get('etag') ?? '';
    const masked = (await get({ cookie: staff.cookie })).headers.get('etag') ?? '';
    expect([own, masked]).toEqual(['"1"', '"1-masked"']);
    expect((await get({ cookie: staff.cookie, 'if-none-match': own })).status).toBe(200);
    expect((await get({ cookie: staff.cookie, 'if-none-match': masked })).status).toBe(304);
    const patch = (ifMatch: string, givenName: string) =>
      fetch(url, {
        method: 'PATCH',
        body: JSON.stringify({ givenName }),
        headers: { cookie: staff.cookie, 'content-type': 'application/json', 'if-match': ifMatch },
      });
    const first = await patch(masked, 'Augusta');
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"2-masked"']);
    expect((await patch(own, 'Ada')).status).toBe(412);
    expect((await patch('"2"', 'Ada')).status).toBe(200);
  });
});

describe('a repeated Idempotency-Key', () => {
  const post = (path: string, cookie: string, body: object, key: string) =>
    fetch(`${server.url}/api/v1${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { cookie, 'content-type': 'application/json', 'idempotency-key': key },
    });

  it('does not show the secret of a client again', async () => {
    const admin = await aSignedInUser(app.current, { roles: ['admin'] });
    const body = { id: 'partner-twice', name: 'P', scopes: ['read:data'], grants: ['client_credentials'] };
    const first = await post('/api-clients', admin.cookie, body, 'client');
    expect([first.status, await first.json()]).toEqual([201, { id: body.id, secret: expect.any(String) }]);
    const again = await post('/api-clients', admin.cookie, body, 'client');
    expect([again.status, (await again.json()).detail]).toEqual([409, expect.stringContaining('shown once')]);
  });

  it('changes a password once', async () => {
    const user = await aSignedInUser(app.current);
    const body = { current: builtPassword, next: 'a loud Friday 18' };
    const answers = [
      await post('/passwords/changes', user.cookie, body, 'change'),
      await post('/passwords/changes', user.cookie, body, 'change'),
      await post('/passwords/changes', user.cookie, body, 'another'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 422]);
    expect(answers[1]?.headers.get('idempotency-replayed')).toBe('true');
  });
});
