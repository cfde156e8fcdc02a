import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { withClientAddress } from '#server/access/client-address.ts';
import type { App } from '#server/context/app.ts';
import { AppError } from '#server/errors/errors.ts';
import type { AddressReader } from '#server/gateway/address.ts';
import { cardSourcesOf, pagePolicy, securityHeaders } from '#server/gateway/headers.ts';
import { correlationIdOf } from '#server/gateway/request.ts';
import { sendProblem } from './problems.ts';
import type { Target } from './target.ts';

export type PageHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/** Headers that steer Next from within. From outside they are an attack (`x-middleware-subrequest`) or nonsense. */
const internal =
  /^(x-middleware-|x-invoke-|x-matched-path$|x-vercel-|x-now-|x-forwarded-|forwarded$|x-real-ip$|x-original-|x-rewrite-|x-nonce$|content-security-policy)/;
const allowed = ['GET', 'HEAD', 'POST', 'OPTIONS'];

export interface Pages {
  app: App;
  handle: PageHandler;
  readAddress: AddressReader;
  development: boolean;
}

/** Hands a request to Next, with headers that can be trusted, and dresses its answer in ours. */
export async function answerPage(
  pages: Pages,
  target: Target,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const correlationId = correlationIdOf(single(incoming.headers['x-correlation-id']));
  const address = pages.readAddress(incoming.socket.remoteAddress, single(incoming.headers['x-forwarded-for']));
  measure(pages.app, target.kind, correlationId, incoming, outgoing);
  const method = incoming.method ?? '';
  if (!allowed.includes(method)) {
    const refusal = new AppError('method_not_allowed', 'This address does not know that method.', { allow: allowed });
    sendProblem(outgoing, refusal, correlationId);
    return;
  }
  const policy = pagePolicy(randomBytes(16).toString('base64'), pages.development, cardSourcesOf(pages.app.settings));
  replaceHeaders(pages, incoming, { correlationId, address, policy });
  for (const [name, value] of Object.entries(securityHeaders)) outgoing.setHeader(name, value);
  outgoing.setHeader('content-security-policy', policy);
  outgoing.setHeader('x-correlation-id', correlationId);
  if (method === 'OPTIONS') {
    outgoing.writeHead(204, { allow: allowed.join(', ') }).end();
    return;
  }
  try {
    await withClientAddress(address, () => pages.handle(incoming, outgoing));
  } catch (error) {
    pages.app.log.error({ err: error, correlationId }, 'page failed');
    if (outgoing.headersSent) outgoing.destroy();
    else sendProblem(outgoing, null, correlationId);
  }
}

function replaceHeaders(
  pages: Pages,
  incoming: IncomingMessage,
  own: { correlationId: string; address: string | null; policy: string },
): void {
  for (const name of Object.keys(incoming.headers)) if (internal.test(name)) delete incoming.headers[name];
  const url = new URL(pages.app.settings.GUILDHALL_URL);
  // Redirects and sign-in links are made from these: they name our address, whatever the caller claimed.
  incoming.headers.host = url.host;
  incoming.headers['x-forwarded-host'] = url.host;
  incoming.headers['x-forwarded-proto'] = url.protocol.replace(':', '');
  incoming.headers['x-forwarded-port'] = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (own.address !== null) incoming.headers['x-forwarded-for'] = own.address;
  incoming.headers['x-correlation-id'] = own.correlationId;
  // Next takes the nonce for its own scripts from here.
  incoming.headers['content-security-policy'] = own.policy;
}

function measure(
  app: App,
  kind: Target['kind'],
  correlationId: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const started = performance.now();
  // The path may hold ids and the query anything: neither is a label or a log line.
  const route = kind === 'auth' ? '/api/auth' : incoming.url?.startsWith('/_next/') ? 'asset' : 'page';
  const method = incoming.method ?? '';
  outgoing.once('close', () => {
    const seconds = (performance.now() - started) / 1000;
    app.metrics.httpRequests.inc({ method, route, status: outgoing.statusCode });
    app.metrics.httpDuration.observe({ method, route }, seconds);
    if (route === 'asset') return;
    const ms = Math.round(seconds * 1e5) / 100;
    app.log.info({ correlationId, method, route, status: outgoing.statusCode, ms }, 'request');
  });
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : (value ?? null));
