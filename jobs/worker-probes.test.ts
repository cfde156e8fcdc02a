import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aSignedInUser } from '#server/access/access.testing.ts';
import { startProcess } from '#server/events/process.testing.ts';
import { eventually } from '#server/events/store.testing.ts';
import { rawHttp } from '#server/gateway/web.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { parts, tables } from './worker.testing.ts';
import { startWorker, type Worker } from './worker.ts';
import { type Probes, startProbes } from './worker-probes.ts';

const app = testApp();
let worker: Worker;
let probes: Probes;

beforeAll(async () => {
  await prepareQueues(app.current, parts.queues);
  for (const table of tables) await app.current.database.sql.unsafe(table);
  worker = await startWorker(app.current, parts);
  probes = await startProbes(app.current, { port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await probes.close();
  await worker.stop();
});

const get = (path: string, headers: Record<string, string> = {}) => rawHttp(probes.url, { path, headers });

describe('what monitoring asks a worker', () => {
  it('whether it lives and is ready', async () => {
    const [health, ready] = [await get('/health'), await get('/ready?x=1')];
    expect(JSON.parse(health.text)).toMatchObject({ status: 'ok', uptimeSeconds: expect.any(Number) });
    expect([ready.status, JSON.parse(ready.text).status]).toEqual([200, 'ready']);
  });

  it('its metrics, for those who may see the status only', async () => {
    const anonymous = await get('/metrics');
    expect([anonymous.status, anonymous.headers['content-type']]).toEqual([401, 'application/problem+json']);
    const [member, staff] = [await aSignedInUser(app.current), await aSignedInUser(app.current, { roles: ['staff'] })];
    expect((await get('/metrics', { cookie: member.cookie })).status).toBe(403);
    const answer = await get('/metrics', { cookie: staff.cookie });
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^guildhall_job_duration_seconds_count|# TYPE guildhall_jobs_total counter/m);
  });

  it('nothing else, and oddly', async () => {
    for (const path of ['/', '/api/health', '/docs', '/v1/members', '/%E0%A4%A', '/health/..']) {
      const answer = await get(path);
      expect([path, answer.status, answer.headers['content-type']]).toEqual([path, 404, 'application/problem+json']);
    }
    expect((await get('/health', { host: 'a b' })).status).toBe(200);
    expect((await rawHttp(probes.url, { method: 'TRACE', path: '/health' })).status).toBe(405);
  });

  it('on the port of the settings, until the process stops', async () => {
    const port = await freePort();
    const child = startProcess('jobs/worker-process.testing.ts', app.database.url, {
      WORKER_METRICS_PORT: String(port),
    });
    const url = `http://127.0.0.1:${port}/health`;
    await eventually(async () => expect((await fetch(url)).status).toBe(200));
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
