import { randomBytes } from 'node:crypto';
import Stripe from 'stripe';
import { type Drawn, type Faults, gatewayFaults, requestFaults } from '../faults.ts';
import { type Listening, pause, type Reply, type Request, serveHttp } from '../http.ts';
import type { RequestLog } from '../requests.ts';
import { answerCall } from './api.ts';
import { type Answer, internal, invalid, noKey, rateLimited, toReply, unknownUrl, wrongKey } from './errors.ts';
import { decodeForm } from './form.ts';
import { IdempotencyKeys, refused } from './idempotency.ts';
import type { GatewayKeys } from './keys.ts';
import { answerPage } from './pages.ts';
import { settleRefunds } from './refunds.ts';
import type { Store } from './store.ts';
import { Webhooks } from './webhooks.ts';

export type GatewayOptions = { port: number; keys: GatewayKeys; store: Store; faults: Faults; log: RequestLog };
export type Gateway = Listening & { webhooks: Webhooks };

type Context = GatewayOptions & {
  webhooks: Webhooks;
  idempotency: IdempotencyKeys;
  failedOnce: Set<string>;
  closing: AbortSignal;
};

/** Stripe's API on a port of its own with the `gateway` faults in front, the card frame, the bank's page, and webhooks. */
export async function serveGateway(options: GatewayOptions): Promise<Gateway> {
  const { store, faults, log } = options;
  const closing = new AbortController();
  const webhooks = new Webhooks(store, faults, log);
  const context: Context = {
    ...options,
    webhooks,
    idempotency: new IdempotencyKeys(store),
    failedOnce: new Set(),
    closing: closing.signal,
  };
  const refunds = new RefundTimer(context);
  const stop = async () => {
    closing.abort();
    refunds.stop();
    await webhooks.close();
  };
  const listening = await serveHttp(options.port, async (request) => {
    if (!request.url.pathname.startsWith('/v1/')) return openPage(context, request);
    const reply = await answer(context, request);
    refunds.arm();
    return reply;
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    port: listening.port,
    webhooks,
    close: async () => {
      await Promise.all([stop(), listening.close()]);
    },
  };
}

function openPage({ webhooks, store, keys }: Context, request: Request): Reply {
  const { result } = webhooks.collect(() => answerPage(request, store, keys));
  setImmediate(() => webhooks.wake());
  return result ?? toReply(unknownUrl(request.method, request.url.pathname).toAnswer());
}

/** Settles pending refunds when their time has come by the gateway's clock. */
class RefundTimer {
  #context: Context;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: Context) {
    this.#context = context;
    this.arm();
  }

  arm(): void {
    clearTimeout(this.#timer);
    const wait = this.#context.store.nextSettling();
    if (wait !== undefined) this.#timer = setTimeout(() => this.settle(), Math.min(wait, 60_000)).unref();
  }

  settle(): void {
    const { store, webhooks } = this.#context;
    webhooks.collect(() => settleRefunds(store));
    webhooks.wake();
    this.arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

async function answer(context: Context, request: Request): Promise<Reply | 'drop'> {
  const startedAt = Date.now();
  const drawn = context.faults.draw('gateway', [...requestFaults, ...gatewayFaults]);
  const reply = await respond(context, request, drawn);
  context.log.add('gateway', {
    method: request.method,
    path: request.url.pathname,
    status: reply === 'drop' ? 'dropped' : String(reply.status),
    startedAt,
    faults: drawn.names,
  });
  return reply;
}

async function respond(context: Context, request: Request, drawn: Drawn): Promise<Reply | 'drop'> {
  if (drawn.has('cut')) return 'drop';
  const worksFirst = drawn.has('no-answer') || drawn.has('fail-after');
  if (drawn.has('hang') && !worksFirst) return hold(context, 'hang', request);
  if (drawn.has('rate-limit')) return toReply(rateLimited().toAnswer(), { 'retry-after': '2' });
  const reply = await work(context, request, drawn);
  if (reply === 'drop') return reply;
  if (drawn.has('no-answer')) return hold(context, 'no-answer', request);
  if (drawn.has('hang')) return hold(context, 'hang', request);
  return reply;
}

/** Under one idempotency key at a time, done even when the client has left meanwhile, as Stripe does. */
async function work(context: Context, request: Request, drawn: Drawn): Promise<Reply | 'drop'> {
  const { idempotency, webhooks } = context;
  const key = request.method === 'POST' ? headerOf(request, 'idempotency-key') : undefined;
  const path = request.url.pathname;
  const headers = {
    'stripe-version': headerOf(request, 'stripe-version') ?? Stripe.API_VERSION,
    ...(key ? { 'idempotency-key': key } : {}),
  };
  let begun = false;
  try {
    const publishable = authenticate(context, request, drawn);
    if (drawn.has('fail') || failsOnce(context, key, drawn)) throw internal();
    if (drawn.has('reject')) throw invalid('The sandbox was told to refuse this request.');
    const kept = key === undefined ? undefined : idempotency.begin(key, path, request.body);
    if (kept) return toReply(kept, { ...headers, 'idempotent-replayed': 'true', 'original-request': key ?? '' });
    begun = key !== undefined;
    if (drawn.delayMs > 0) await pause(drawn.delayMs, context.closing);
    if (context.closing.aborted) return 'drop';
    const { result: done, made } = webhooks.collect(() => {
      const result = execute(context, request, publishable, key);
      const told = drawn.has('fail-after') ? internal().toAnswer() : result;
      if (key !== undefined) idempotency.keep(key, path, request.body, told);
      return told;
    });
    if (drawn.has('webhook-first')) await webhooks.deliver(made);
    else setImmediate(() => webhooks.wake());
    return toReply(done, headers);
  } catch (error) {
    return toReply(refused(error), headers);
  } finally {
    if (begun && key !== undefined) idempotency.end(key);
  }
}

function execute({ store }: Context, request: Request, publishable: boolean, key: string | undefined): Answer {
  settleRefunds(store);
  store.cause = { id: `req_${randomBytes(7).toString('hex')}`, idempotency_key: key ?? null };
  try {
    const form = decodeForm(request.method === 'GET' ? request.url.search.slice(1) : request.body);
    const origin = `http://${request.headers.host}`;
    return answerCall(request.method, request.url.pathname, publishable, { store, form, origin });
  } finally {
    store.cause = { id: null, idempotency_key: null };
  }
}

/** True for the publishable key, false for the secret one; throws 401 for anything else. */
function authenticate({ keys }: Context, request: Request, drawn: Drawn): boolean {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ');
  const basic = Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '';
  const given = scheme.toLowerCase() === 'basic' ? basic : credentials;
  if (!given) throw noKey();
  if (drawn.has('refuse') || (given !== keys.secretKey && given !== keys.publishableKey)) throw wrongKey(given);
  return given === keys.publishableKey;
}

function failsOnce({ failedOnce }: Context, key: string | undefined, drawn: Drawn): boolean {
  if (!drawn.has('fail-once') || key === undefined || failedOnce.has(key)) return false;
  failedOnce.add(key);
  return true;
}

/** Never answers: the connection goes when the client leaves, the fault ends, or the sandbox stops. */
async function hold({ faults }: Context, fault: 'hang' | 'no-answer', request: Request): Promise<'drop'> {
  await faults.untilOff('gateway', fault, request.gone);
  return 'drop';
}

function headerOf(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
