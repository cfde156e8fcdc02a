import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { startAccess } from '#server/access/start.ts';
import { type App, createApp, installApp } from '#server/context/app.ts';
import { AppError } from '#server/errors/errors.ts';
import { createAddressReader } from '#server/gateway/address.ts';
import { createGateway } from '#server/gateway/gateway.ts';
import { reportPendingMigrations } from '#server/gateway/readiness.ts';
import { correlationIdOf } from '#server/gateway/request.ts';
import type { AnyRoute } from '#server/gateway/route.ts';
import { routes as allRoutes } from '#server/gateway/routes.ts';
import { followEventStore } from '#server/live/tail.ts';
import { isDevelopment, readSettings, SettingsError } from '#server/settings/settings.ts';
import { startTraces } from '#server/telemetry/traces.ts';
import { answerPage, type PageHandler } from './web/pages.ts';
import { answerUnparsed, sendProblem } from './web/problems.ts';
import { readTarget } from './web/target.ts';

export interface WebOptions {
  /** 0 takes a free one. */
  port: number;
  host?: string;
  dev?: boolean;
  /** False: the API alone, for tests. */
  next?: boolean;
  /** Other routes than the product's, for tests of the gateway. */
  routes?: readonly AnyRoute[];
}

export interface Web {
  url: string;
  /** Stops accepting, ends streams, lets requests finish for `SHUTDOWN_GRACE_MS`. The App stays open. */
  close(): Promise<void>;
}

/** Starts the one HTTP server: `/api` straight to the gateway, everything else to Next. */
export async function startWeb(app: App, options: WebOptions): Promise<Web> {
  installApp(app);
  const closing = new AbortController();
  const gateway = createGateway(app, options.routes ?? allRoutes, { closing: closing.signal });
  const answerApi = getRequestListener(gateway.fetch, { overrideGlobalObjects: false });
  const pages = options.next === false ? null : await startNext(options);
  const page = {
    app,
    handle: pages?.handle ?? noPages,
    readAddress: createAddressReader(app.settings.TRUSTED_PROXIES),
    development: options.dev ?? false,
  };
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 });
  server.on('clientError', answerUnparsed);
  server.on('request', (incoming, outgoing) => {
    const target = readTarget(incoming.url ?? '');
    if (target.kind === 'unreadable' || !isHost(incoming.headers.host)) refuse(incoming, outgoing);
    else if (target.kind === 'api') void answerApi(incoming, outgoing);
    else void answerPage(page, target, incoming, outgoing);
  });
  followEventStore(app);
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      closing.abort();
      await drain(server, app.settings.SHUTDOWN_GRACE_MS);
      await pages?.close();
    },
  };
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const sent = incoming.headers['x-correlation-id'];
  const correlationId = correlationIdOf(typeof sent === 'string' ? sent : null);
  sendProblem(outgoing, new AppError('invalid_request', 'The address of the request cannot be read.'), correlationId);
}

const isHost = (host: string | undefined) =>
  host !== undefined && /^[a-z0-9._-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i.test(host);

const noPages: PageHandler = async (_incoming, outgoing) => {
  sendProblem(outgoing, new AppError('not_found', 'There are no pages here.'), correlationIdOf(null));
};

async function startNext(options: WebOptions): Promise<{ handle: PageHandler; close(): Promise<void> }> {
  const dev = options.dev ?? false;
  // React and Next choose their build by it when they are loaded, which is now.
  // biome-ignore lint/style/noProcessEnv: not a setting of ours, but how Next is told.
  Object.assign(process.env, { NODE_ENV: dev ? 'development' : 'production' });
  const { default: next } = await import('next');
  const dir = new URL('..', import.meta.url).pathname;
  const app = next({ dev, dir, hostname: 'localhost', port: options.port });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handle: (incoming, outgoing) => handle(incoming, outgoing), close: () => app.close() };
}

function listen(server: Server, options: WebOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A connection that is kept alive counts as open to `close`: those that have become idle are ended as they do. */
async function drain(server: Server, graceMs: number): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const limit = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearInterval(sweep);
  clearTimeout(limit);
}

/** Serves until the process is told to end: then gracefully, and at once when told again. Gives the address. */
export async function runWeb(app: App, options: WebOptions): Promise<string> {
  const traces = await startTraces(app.settings, 'web');
  await reportPendingMigrations(app);
  await startAccess(app);
  const web = await startWeb(app, options);
  app.log.info({ port: new URL(web.url).port }, 'web is up');
  let stopping = false;
  async function stop(signal: NodeJS.Signals): Promise<void> {
    // Whoever asks twice means now.
    if (stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    app.log.info({ signal }, 'web is stopping');
    await web.close();
    await app.close();
    await traces?.close();
    process.exit(0);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal));
  return web.url;
}

async function main(): Promise<void> {
  const settings = readSettings();
  await runWeb(createApp(settings, 'web'), { port: settings.PORT, host: settings.HOST, dev: isDevelopment() });
}

/** One line that names what is wrong, and nothing else: no stack, no values. */
function sayWhyNot(error: unknown): never {
  const known = error instanceof SettingsError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : `Guildhall cannot start: ${String(error)}`}\n`);
  process.exit(1);
}

if (import.meta.main) await main().catch(sayWhyNot);
