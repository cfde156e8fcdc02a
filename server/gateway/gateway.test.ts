import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { aSignedInUser, auditOf } from '#server/access/access.testing.ts';
import { testApp } from '#test/database.ts';
import { sampleRoutes } from './sample-routes.testing.ts';
import { rawHttp, rawSocket, testWeb } from './web.testing.ts';

const app = testApp();
const server = testWeb(app, sampleRoutes);
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}/api/v1${path}`, { headers });
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/v1${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
const one = `/samples/${uuidv7()}`;

async function expectProblem(answer: Response, status: number) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = await answer.json();
  expect(problem).toMatchObject({ status, type: expect.stringMatching(/^urn:/), title: expect.any(String) });
  expect(answer.status).toBe(status);
  expect(problem.correlationId).toBe(answer.headers.get('x-correlation-id'));
  return problem;
}

describe('every answer', () => {
  it('keeps a correlation id that is a uuid, and makes one otherwise', async () => {
    const id = uuidv7();
    expect((await get(one, { 'x-correlation-id': id })).headers.get('x-correlation-id')).toBe(id);
    expect((await get(one, { 'x-correlation-id': 'nonsense' })).headers.get('x-correlation-id')).toMatch(
      /^[0-9a-f-]{36}$/,
    );
    expect((await get('/nothing', { 'x-correlation-id': id })).headers.get('x-correlation-id')).toBe(id);
  });

  it('is dressed in security headers and never kept', async () => {
    for (const path of [one, '/nothing', '/samples/surprise']) {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('holds declared fields only', async () => {
    const answer = await get(one);
    expect(await answer.json()).toEqual({ id: one.split('/')[2], limit: 5 });
  });

  it('says nothing of a surprise, whatever it was', async () => {
    for (const path of ['/samples/surprise', '/samples/misfit']) {
      const answer = await get(path);
      expect(JSON.stringify(await expectProblem(answer, 500))).not.toContain('hunter2');
    }
  });
});

describe('addresses and methods', () => {
  it('knows no other paths', async () => {
    await expectProblem(await get('/nothing'), 404);
    await expectProblem(await fetch(`${server.url}/api`), 404);
  });

  it('refuses addresses that cannot be read', async () => {
    for (const path of [
      '/api/v1/%E0%A4%A',
      '/api/v1/a%00b',
      '/api/v1/x?q=%E0%A4%A',
      '/api//v1',
      '/api/v1/../auth',
      '/%61pi/v1/x',
      '/api/v1/..%2fauth',
    ]) {
      const answer = await rawHttp(server.url, { path });
      expect([path, answer.status]).toEqual([path, 400]);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.headers['x-correlation-id']).toBeDefined();
    }
  });

  it('tells what can be done at an address', async () => {
    const wrong = await fetch(`${server.url}/api/v1/samples`, { method: 'PUT' });
    await expectProblem(wrong, 405);
    expect(wrong.headers.get('allow')).toBe('POST, OPTIONS');
    const options = await fetch(`${server.url}/api/v1${one}`, { method: 'OPTIONS' });
    expect([options.status, await options.text()]).toEqual([204, '']);
    expect(options.headers.get('allow')).toBe('GET, PATCH, DELETE, HEAD, OPTIONS');
  });

  it('refuses odd methods', async () => {
    for (const method of ['TRACE', 'PROPFIND', 'QUERY']) {
      const answer = await rawHttp(server.url, { method, path: `/api/v1${one}` });
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, PATCH, DELETE, HEAD, OPTIONS']);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  it('answers what is no HTTP with a problem, too', async () => {
    const answer = await rawSocket(server.url, 'NONSENSE / HTTP/1.1\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('content-type: application/problem+json');
    const smuggled = await rawSocket(server.url, 'GET /api/health HTTP/1.1\r\nHost: a"b\r\nConnection: close\r\n\r\n');
    expect(smuggled).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('answers HEAD as GET, without the body', async () => {
    const answer = await rawHttp(server.url, { method: 'HEAD', path: `/api/v1${one}` });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(10);
  });

  it('sends an ETag, and 304 to whoever has it', async () => {
    expect((await get(one)).headers.get('etag')).toBe('"7"');
    const fresh = await get(one, { 'if-none-match': 'W/"6", W/"7"' });
    expect([fresh.status, await fresh.text()]).toEqual([304, '']);
    expect((await get(one, { 'if-none-match': '"8"' })).status).toBe(200);
  });
});

describe('input', () => {
  it('names every field that is wrong, and why, and never the value', async () => {
    const answer = await get('/samples/secret-value?limit=99&color=secret-value');
    const problem = await expectProblem(answer, 400);
    expect(problem.errors.map((error: { path: string }) => error.path).sort()).toEqual([
      'path.id',
      'query.color',
      'query.limit',
    ]);
    expect(JSON.stringify(problem)).not.toContain('secret-value');
    const body = await expectProblem(await post('/samples', '{"text":1,"more":2}'), 400);
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual(['text', 'more']);
  });

  it('reads JSON in UTF-8, and says so otherwise', async () => {
    expect((await post('/samples', '{"text":"ü"}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(
      201,
    );
    for (const type of ['text/plain', 'application/json; charset=latin1', 'application/x-www-form-urlencoded']) {
      await expectProblem(await post('/samples', '{"text":"a"}', { 'content-type': type }), 415);
    }
    await expectProblem(await post('/samples', '{"text":"a"}', { 'content-encoding': 'gzip' }), 415);
    for (const body of ['{"text":', '', '[[', `${'['.repeat(200)}${']'.repeat(200)}`]) {
      await expectProblem(await post('/samples', body), 400);
    }
    const answer = await fetch(`${server.url}/api/v1/samples`, {
      method: 'POST',
      body: Buffer.from([0x22, 0xff, 0x22]),
      headers: { 'content-type': 'application/json' },
    });
    await expectProblem(answer, 400);
  });

  it('tells a caller, and not a colleague, of values that only the database finds unreadable', async () => {
    for (const time of ['0000-01-01T00:00:00Z', 'x', '2026-01-01T00:00:00+23:59']) {
      await expectProblem(await get(`/samples/unreadable?time=${encodeURIComponent(time)}`), 400);
    }
  });

  it('reads forms where a route says so, each name once', async () => {
    const form = (body: string) =>
      post('/samples/forms', body, { 'content-type': 'application/x-www-form-urlencoded' });
    expect(await (await form('name=a+b')).json()).toEqual({ name: 'a b' });
    await expectProblem(await form('name=a&name=b'), 400);
  });

  it('stops reading what is too large, announced or not', async () => {
    await expectProblem(await post('/samples', JSON.stringify({ text: 'x'.repeat(2_000) })), 413);
    const head =
      'POST /api/v1/samples HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    // The last chunk never comes: the answer does not wait for it.
    const answer = await rawSocket(server.url, `${head}7d0\r\n${'x'.repeat(2_000)}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('passes If-Match on without quotes, and refuses what is none', async () => {
    const { cookie } = await aSignedInUser(app.current);
    const patch = (ifMatch: string) =>
      fetch(`${server.url}/api/v1${one}`, {
        method: 'PATCH',
        body: '{"text":"a"}',
        headers: { cookie, 'content-type': 'application/json', 'if-match': ifMatch },
      });
    expect(await (await patch('"12"')).json()).toEqual({ ifMatch: '12' });
    expect(await (await patch('"12-masked"')).json()).toEqual({ ifMatch: '12' });
    expect(await (await patch('*')).json()).toEqual({ ifMatch: null });
    await expectProblem(await patch('W/"12"'), 412);
    await expectProblem(await patch('12'), 400);
  });
});

describe('who may', () => {
  it('asks nobody to sign in, names what a role lacks, and records both', async () => {
    const remove = (headers: Record<string, string> = {}) =>
      fetch(`${server.url}/api/v1${one}`, { method: 'DELETE', headers });
    const anonymous = await remove();
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(anonymous, 401);
    const { cookie, id } = await aSignedInUser(app.current);
    expect((await expectProblem(await remove({ cookie }), 403)).detail).toContain('access:manage');
    const refusals = await auditOf(app.current, 'request.refused');
    expect(refusals.map((entry) => entry.actor_id)).toEqual([null, id]);
    const admin = await aSignedInUser(app.current, { roles: ['admin'] });
    const done = await remove({ cookie: admin.cookie });
    expect([done.status, await done.text(), done.headers.get('content-type')]).toEqual([204, '', null]);
    await expectProblem(await remove({ authorization: 'Bearer forged' }), 401);
  });

  it('records bad tokens, and what is kept from someone without a word', async () => {
    const { cookie, id } = await aSignedInUser(app.current);
    const before = (await auditOf(app.current, 'request.refused')).length;
    await expectProblem(await get('/samples/not-yours', { cookie }), 404);
    await expectProblem(await get('/samples/whoami', { authorization: 'Bearer forged' }), 401);
    await expectProblem(await get('/nothing', { cookie }), 404);
    const refusals = (await auditOf(app.current, 'request.refused')).slice(before);
    expect(refusals.map((entry) => [entry.actor_id, entry.resource_id])).toContainEqual([id, 'GET /samples/not-yours']);
    const [count] = await app.current.database.sql<{ n: number }[]>`
      select sum(count)::int as n from audit_entries where action = 'request.refused' and actor_kind = 'anonymous'`;
    await get('/samples/whoami', { authorization: 'Bearer forged' });
    const [after] = await app.current.database.sql<{ n: number }[]>`
      select sum(count)::int as n from audit_entries where action = 'request.refused' and actor_kind = 'anonymous'`;
    expect(after?.n).toBe((count?.n ?? 0) + 1);
  });

  it('does not let another site write with the cookie', async () => {
    const { cookie } = await aSignedInUser(app.current);
    const patch = (headers: Record<string, string>) =>
      rawHttp(server.url, {
        method: 'PATCH',
        path: `/api/v1${one}`,
        body: '{"text":"a"}',
        headers: { cookie, 'content-type': 'application/json', ...headers },
      });
    const host = new URL(server.url).host;
    const outcomes = await Promise.all([
      patch({ origin: 'https://evil.example' }),
      patch({ origin: 'null' }),
      patch({ 'sec-fetch-site': 'cross-site' }),
      patch({ 'sec-fetch-site': 'same-site' }),
      patch({ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }),
      patch({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }),
      patch({ origin: new URL(app.current.settings.GUILDHALL_URL).origin }),
      patch({}),
    ]);
    expect(outcomes.map((answer) => answer.status)).toEqual([403, 403, 403, 403, 403, 200, 200, 200]);
  });
});

describe('the source address', () => {
  it('is the socket’s, whatever a caller claims', async () => {
    const answer = await get('/samples/whoami', { 'x-forwarded-for': '198.51.100.1', forwarded: 'for=198.51.100.1' });
    expect(await answer.json()).toEqual({ kind: 'anonymous', address: '127.0.0.1' });
  });
});

describe('streams and downloads', () => {
  it('sends events as they come, each line of data by itself', async () => {
    const controller = new AbortController();
    const answer = await fetch(`${server.url}/api/v1/samples/stream`, { signal: controller.signal });
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('id: 2')) break;
    }
    expect(text).toContain('id: 1\nevent: sample\ndata: one\ndata: two\n\n');
    controller.abort();
  });

  it('answers HEAD on a stream at once', async () => {
    expect((await rawHttp(server.url, { method: 'HEAD', path: '/api/v1/samples/stream' })).status).toBe(200);
  });

  it('sends a download in pieces, with a name', async () => {
    const answer = await get('/samples.csv');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="samples.csv"');
    expect(await answer.text()).toBe('a,b\n1,2\n');
  });
});
