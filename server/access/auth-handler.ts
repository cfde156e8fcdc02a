import { validate } from 'uuid';
import { anonymous } from '#server/context/actor.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, createContext } from '#server/context/context.ts';
import { appErrorOfDatabase } from '#server/errors/database-errors.ts';
import { AppError, type ErrorCode, statusOf } from '#server/errors/errors.ts';
import { problemContentType, problemOf } from '#server/errors/problem.ts';
import { createLimits, type Limits } from '#server/gateway/limits.ts';
import type { Limit } from '#server/gateway/route.ts';
import { type AuthOutcome, authOptions, NextAuth, ownUrl, SessionOver } from './next-auth.ts';

const prefix = '/api/auth/';
const actions = ['providers', 'session', 'csrf', 'signin', 'signout', 'callback', 'error', 'verify-request'];
const longestBody = 16_384;

/**
 * Attempts per address: the lock of an account does not slow down whoever tries one password on every account. The demo
 * and the tests sign in from one address all day.
 */
const signInLimit: Limit = {
  name: 'sign-in',
  points: (ctx) => (ctx.app.settings.GUILDHALL_MODE === 'demo' ? 100_000 : 100),
  windowSeconds: 15 * 60,
};

const limits = new WeakMap<App, Limits>();

function limitsOf(app: App): Limits {
  const known = limits.get(app) ?? createLimits(app);
  limits.set(app, known);
  return known;
}

/**
 * Everything below `/api/auth`: next-auth, without Next, so that the server, Next's own routing and the tests serve the
 * same. Its errors become problem+json (a browser that posted a form is sent back to the sign-in page); a problem also
 * carries `url`, which next-auth's own browser code reads the outcome from.
 */
export async function handleAuth(app: App, request: Request, caller: { address: string | null }): Promise<Response> {
  const given = request.headers.get('x-correlation-id');
  const ctx = createContext(app, {
    actor: anonymous,
    source: 'portal',
    sourceAddress: caller.address,
    userAgent: request.headers.get('user-agent'),
    ...(given && validate(given) ? { correlationId: given.toLowerCase() } : {}),
  });
  try {
    return await answer(ctx, request);
  } catch (error) {
    return problem(ctx, appErrorOf(ctx, error));
  }
}

async function answer(ctx: Ctx, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const [action = '', provider] = url.pathname.slice(prefix.length).split('/');
  if (action === '_log') return respond(ctx, 204, null);
  if (!actions.includes(action)) throw new AppError('not_found', 'There is nothing here.');
  if (request.method !== 'GET' && request.method !== 'POST') {
    throw new AppError('method_not_allowed', 'Only GET and POST.', { allow: ['GET', 'POST'] });
  }
  const body = request.method === 'POST' ? await readBody(request) : {};
  if (action === 'callback' && request.method === 'POST') await limitsOf(ctx.app).countLimit(ctx, signInLimit, body);
  const outcome: AuthOutcome = { error: null };
  const response = new Collected();
  const query = Object.fromEntries(url.searchParams);
  // Without a target of its own next-auth would take one from a cookie, or its idea of our address.
  const callbackUrl = ownUrl(ctx.app.settings.GUILDHALL_URL, body.callbackUrl ?? query.callbackUrl ?? '/');
  await NextAuth(authOptions(ctx, outcome))(
    {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      cookies: cookiesOf(request.headers.get('cookie')),
      body: { ...body, callbackUrl },
      query: { ...query, callbackUrl, nextauth: provider === undefined ? [action] : [action, provider] },
    },
    response,
  );
  if (outcome.error && !(outcome.error instanceof SessionOver)) throw outcome.error;
  const refused = refusalOf(ctx, response, action);
  if (!refused) return finish(ctx, response);
  const wantsPage = body.json !== 'true' && (request.headers.get('accept') ?? '').includes('text/html');
  if (wantsPage && refused.url) return respond(ctx, 303, null, response, { location: refused.url });
  return problem(ctx, refused.error, response, refused.url);
}

/** next-auth's answer, as it writes it to Node's response. */
class Collected {
  code = 200;
  body: string | null = null;
  readonly headers = new Map<string, string | string[]>();

  status(code: number): this {
    this.code = code;
    return this;
  }

  getHeader(name: string): string | string[] | undefined {
    return this.headers.get(name.toLowerCase());
  }

  setHeader(name: string, value: string | string[]): this {
    this.headers.set(name.toLowerCase(), value);
    return this;
  }

  json(value: unknown): void {
    this.setHeader('content-type', 'application/json');
    this.body = JSON.stringify(value);
  }

  send(value: unknown): void {
    if (typeof value === 'string') this.body = value;
    else if (value !== undefined) this.json(value);
  }

  end(): void {}

  /** Where next-auth wants to go, by header or in the body of a script's answer. */
  get target(): string | null {
    const location = this.headers.get('location');
    if (typeof location === 'string') return location;
    const found = this.body?.startsWith('{"url":') ? (JSON.parse(this.body) as { url: unknown }).url : null;
    return typeof found === 'string' ? found : null;
  }
}

interface Refused {
  error: AppError;
  /** The sign-in page with the outcome, for browsers. */
  url?: string;
}

function refusalOf(ctx: Ctx, response: Collected, action: string): Refused | null {
  const signIn = (error: string) => ownUrl(ctx.app.settings.GUILDHALL_URL, `/signin?error=${error}`);
  const target = response.target === null ? null : new URL(response.target, ctx.app.settings.GUILDHALL_URL);
  if (target?.searchParams.get('csrf') === 'true') {
    const detail = 'This form has expired. Ask /api/auth/csrf for a new token, or load the page again.';
    return { error: new AppError('forbidden', detail), url: signIn('csrf') };
  }
  // Going to the error page is what GET /api/auth/error is for, and nothing that was refused.
  if (target?.searchParams.has('error') && action !== 'error' && action !== 'signin') {
    const detail =
      'The e-mail address or the password is not right. After ten failures an account is locked for 15 minutes.';
    return { error: new AppError('unauthenticated', detail), url: signIn('CredentialsSignin') };
  }
  if (response.code < 400) return null;
  return { error: new AppError(codeOf(response.code), 'This cannot be done here, or not in this way.') };
}

const codeOf = (status: number): ErrorCode =>
  status === 401 ? 'unauthenticated' : status === 403 ? 'forbidden' : status >= 500 ? 'internal' : 'invalid_request';

function finish(ctx: Ctx, response: Collected): Response {
  const location = response.target;
  if (response.headers.has('location') && location !== null) {
    // 303: whoever posted a form goes on with GET.
    return respond(ctx, 303, null, response, { location: pageUrl(ctx, location) });
  }
  return respond(ctx, response.code, response.body, response);
}

/** next-auth takes its own address from an environment that we do not set: its paths become ours. */
function pageUrl(ctx: Ctx, location: string): string {
  const url = new URL(location, ctx.app.settings.GUILDHALL_URL);
  return ownUrl(ctx.app.settings.GUILDHALL_URL, `${url.pathname.replace('/api/auth/signin', '/signin')}${url.search}`);
}

function respond(
  ctx: Ctx,
  status: number,
  body: string | null,
  from?: Collected,
  extra: Record<string, string> = {},
): Response {
  const headers = new Headers({ 'cache-control': 'no-store' });
  for (const [name, value] of from?.headers ?? []) {
    if (name === 'location' || name === 'cache-control') continue;
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  for (const [name, value] of Object.entries(extra)) headers.set(name, value);
  headers.set('x-correlation-id', ctx.correlationId);
  return new Response(body, { status, headers });
}

function problem(ctx: Ctx, error: AppError, from?: Collected, url?: string): Response {
  const body = { ...problemOf(error.code, error.message, ctx.correlationId, error.errors), ...(url ? { url } : {}) };
  const extra: Record<string, string> = { 'content-type': problemContentType };
  if (error.retryAfterSeconds !== undefined) extra['retry-after'] = String(error.retryAfterSeconds);
  if (error.allow) extra.allow = error.allow.join(', ');
  return respond(ctx, statusOf[error.code], JSON.stringify(body), from, extra);
}

function appErrorOf(ctx: Ctx, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const known = appErrorOfDatabase(error);
  if (known) return known;
  ctx.log.error({ err: error }, 'signing in or out failed');
  return new AppError('internal', 'Something went wrong on our side. Please try again.');
}

/** The fields of a form, or of a flat JSON object. Anything that is not text is left out. */
async function readBody(request: Request): Promise<Record<string, string>> {
  const type = request.headers.get('content-type') ?? '';
  const raw = await readText(request);
  if (raw === '') return {};
  if (type.includes('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(raw));
  if (!type.includes('application/json')) {
    throw new AppError('unsupported_media_type', 'Send a form (application/x-www-form-urlencoded) or JSON.');
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw);
  } catch {
    throw new AppError('invalid_request', 'The body is not JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null) return {};
  return Object.fromEntries(
    Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > longestBody) throw new AppError('too_large', `The body may have ${longestBody} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function cookiesOf(header: string | null): Record<string, string> {
  const cookies: Record<string, string> = {};
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    // An old target in a cookie is not asked: the request says where it goes.
    if (at < 1 || name.endsWith('next-auth.callback-url')) continue;
    try {
      cookies[name] = decodeURIComponent(pair.slice(at + 1).trim());
    } catch {
      // Not one of ours.
    }
  }
  return cookies;
}
