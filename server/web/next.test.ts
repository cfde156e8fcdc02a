import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '#server/events/store.testing.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { testApp } from '#test/database.ts';

/** The API as a host has it that knows only Next: the same gateway, mounted at `app/api/[...route]`. */

const root = new URL('../..', import.meta.url).pathname;
const app = testApp();
let folder: string;
let next: ChildProcess;
let url: string;

beforeAll(async () => {
  await installPlans(app.current.database.sql);
  folder = apiAlone();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const bin = join(root, 'node_modules/next/dist/bin/next');
  next = spawn(process.execPath, [bin, 'dev', folder, '--port', String(port), '--hostname', '127.0.0.1'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // It works in a child of its own: they end together, as a group.
    detached: true,
    env: {
      NODE_ENV: 'development',
      PATH: dirname(process.execPath),
      NEXT_TELEMETRY_DISABLED: '1',
      GUILDHALL_MODE: 'demo',
      KEY_RING: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      INDEX_KEY: Buffer.alloc(32, 9).toString('base64'),
      AUTH_SECRET: 'a-secret-for-tests-that-is-long-enough',
      LEGACY_DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/legacy',
      CRM_URL: 'http://127.0.0.1:9',
      CRM_ACCESS_TOKEN: 'test-token',
      SMTP_URL: 'smtp://test:test@127.0.0.1:9',
      LOG_LEVEL: 'silent',
      DATABASE_URL: app.database.url,
    },
  });
  await answers();
}, 90_000);
afterAll(async () => {
  const ended = once(next, 'exit');
  if (next.pid) process.kill(-next.pid, 'SIGKILL');
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

test('the process lives, plans are listed, and what is not there is problem+json', async () => {
  const health = await fetch(`${url}/api/health`);
  expect([health.status, (await health.json()).status]).toEqual([200, 'ok']);
  const plans = await fetch(`${url}/api/v1/plans`);
  expect([plans.status, (await plans.json()).data.length]).toEqual([200, expect.any(Number)]);
  expect(plans.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
  const missing = await fetch(`${url}/api/v1/nothing`);
  expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  expect(await missing.json()).toMatchObject({ status: 404, correlationId: expect.any(String) });
});

/** A project with the API and no pages: quick to compile, and its build folder is nobody else's. */
function apiAlone(): string {
  mkdirSync(join(root, '.data'), { recursive: true });
  const made = mkdtempSync(join(root, '.data/next-'));
  for (const part of ['app/api', 'server', 'db', 'package.json', 'tsconfig.json', 'next.config.ts']) {
    cpSync(join(root, part), join(made, part), { recursive: true, filter: (path) => !/\.test\.ts$/.test(path) });
  }
  return made;
}

/** It compiles what is asked for at the first request. */
const answers = () =>
  eventually(async () => {
    expect(next.exitCode).toBeNull();
    expect((await fetch(`${url}/api/health`)).ok).toBe(true);
  }, 60_000);

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
