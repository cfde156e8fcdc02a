import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import type { App } from '#server/context/app.ts';
import { eventually } from '#server/events/store.testing.ts';
import type { Person } from '#server/gateway/callers.testing.ts';
import { rawHttp } from '#server/gateway/web.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { startWeb, type Web } from '#server/web.ts';
import { testApp } from '#test/database.ts';

export interface House {
  app: { current: App };
  sandbox: Sandbox;
  url: string;
}

/** A house with its gateway: web, worker, and webhooks that arrive. Valid from the first `beforeAll` on. */
export function testHouse(overrides: (sandbox: Sandbox) => Record<string, string> = () => ({})): House {
  // A whole house on a busy machine takes its time; what is waited for is a condition all the same.
  vi.setConfig({ testTimeout: 90_000 });
  const house = { sandbox: null as Sandbox | null, url: '' };
  let web: Web;
  let worker: Worker;
  let ear: { port: number; close: () => void };
  beforeAll(async () => {
    ear = await listenFor(house);
    const webhook = { url: `http://127.0.0.1:${ear.port}/api/v1/webhooks/stripe`, secret: 'whsec_test' };
    house.sandbox = await startSandbox({ dataDir: ':memory:', gateway: { webhook } });
  });
  const app = testApp(() => ({
    STRIPE_SECRET_KEY: house.sandbox?.credentials.gateway.secretKey ?? '',
    STRIPE_PUBLISHABLE_KEY: house.sandbox?.credentials.gateway.publishableKey ?? '',
    STRIPE_WEBHOOK_SECRET: 'whsec_test',
    STRIPE_API_BASE: house.sandbox?.urls.gateway ?? '',
    PARTNER_TIMEOUT_MS: '1500',
    DATABASE_POOL: '16',
    ...(house.sandbox ? overrides(house.sandbox) : {}),
  }));
  beforeAll(async () => {
    web = await startWeb(app.current, { port: 0, next: false });
    house.url = web.url;
    worker = await startWorker(app.current, { events, projections, reactions, queues });
  });
  afterEach(() => house.sandbox?.faults.clear());
  afterAll(async () => {
    await house.sandbox?.close();
    ear?.close();
    await worker?.stop();
    await web?.close();
  });
  return Object.defineProperty(house as House, 'app', { value: app });
}

/** The gateway has to know our address before we have one: what comes here goes on to us. */
async function listenFor(house: { url: string }): Promise<{ port: number; close: () => void }> {
  const server = createServer((from) => {
    const to = connect(Number(new URL(house.url).port), '127.0.0.1');
    for (const socket of [from, to]) socket.on('error', () => {});
    from.pipe(to).pipe(from);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** An app and its gateway, with no worker: a test does each job itself, and can die in the middle of it. */
export function testGateway(): { app: { current: App }; sandbox: () => Sandbox } {
  let sandbox: Sandbox | null = null;
  const running = (): Sandbox => {
    if (!sandbox) throw new Error('the gateway runs only while tests run');
    return sandbox;
  };
  beforeAll(async () => {
    sandbox = await startSandbox({ dataDir: ':memory:' });
  });
  afterEach(() => sandbox?.faults.clear());
  afterAll(() => sandbox?.close());
  const app = testApp(() => ({
    STRIPE_SECRET_KEY: running().credentials.gateway.secretKey,
    STRIPE_PUBLISHABLE_KEY: running().credentials.gateway.publishableKey,
    STRIPE_WEBHOOK_SECRET: 'whsec_test',
    STRIPE_API_BASE: running().urls.gateway,
    PARTNER_TIMEOUT_MS: '1500',
  }));
  beforeAll(() => prepareQueues(app.current, queues));
  return { app, sandbox: running };
}

/** Asks the gateway for something on its own pages, past Guildhall. */
export async function onItsPages(
  sandbox: Sandbox,
  path: string,
  form: Record<string, string>,
): Promise<{ id: string }> {
  const answer = await fetch(new URL(path, sandbox.urls.gateway), {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.credentials.gateway.secretKey}` },
    body: new URLSearchParams(form),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { id: string };
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it.
  body: any;
}

export async function callAs(
  house: House,
  who: Pick<Person, 'caller'>,
  method: string,
  path: string,
  body?: object,
  key?: string,
): Promise<Answer> {
  const answer = await rawHttp(house.url, {
    method,
    path: `/api/v1${path}`,
    headers: {
      ...who.caller.headers,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(key ? { 'idempotency-key': key } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: answer.text === '' ? null : JSON.parse(answer.text) };
}

/** What the payer answers on the bank's page. */
export const atTheBank = (url: string, answer: 'approve' | 'fail') =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ answer }), redirect: 'manual' });

export const untilPayment = (app: App, id: string, status: string, timeout = 30_000) =>
  eventually(async () => {
    const [row] = await app.database.sql`select status from payments where id = ${id}`;
    expect(row?.status).toBe(status);
  }, timeout);
