import { type Context, Hono } from 'hono';
import { authenticate } from '#server/access/authenticate.ts';
import type { Permission } from '#server/access/permissions.ts';
import { recordRefusal } from '#server/audit/commands.ts';
import { type Actor, anonymous } from '#server/context/actor.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, can, createContext } from '#server/context/context.ts';
import { databaseErrorOf } from '#server/errors/database-errors.ts';
import { AppError, notFound } from '#server/errors/errors.ts';
import { withSpan } from '#server/telemetry/traces.ts';
import { createAddressReader } from './address.ts';
import { type Answer, expectedError, problemAnswer, surpriseAnswer } from './answer.ts';
import { requireSameSite } from './cross-site.ts';
import { type Endpoint, endpointsOf } from './endpoints.ts';
import { handleRoute } from './handle.ts';
import { createLimits } from './limits.ts';
import type { GatewayParts } from './parts.ts';
import { type GatewayEnv, type GatewayRequest, readRequest, requireReadableUrl } from './request.ts';
import type { AnyRoute } from './route.ts';
import { send } from './send.ts';

export interface GatewayOptions {
  /** Aborts when the process stops: streams end, connections are not kept. */
  closing?: AbortSignal;
}

/**
 * The HTTP API: every declared route behind one wrapper. Every answer, refusals and surprises included, carries the
 * correlation id and the security headers; every refusal is problem+json.
 */
export function createGateway(app: App, declared: readonly AnyRoute[], options: GatewayOptions = {}): Hono<GatewayEnv> {
  const parts = {
    app,
    readAddress: createAddressReader(app.settings.TRUSTED_PROXIES),
    ownOrigin: new URL(app.settings.GUILDHALL_URL).origin,
    limits: createLimits(app),
    closing: options.closing ?? new AbortController().signal,
  };
  const hono = new Hono<GatewayEnv>();
  for (const endpoint of endpointsOf(declared)) {
    hono.all(endpoint.pattern, (context) => answerRequest(parts, endpoint, context));
  }
  hono.notFound((context) => answerRequest(parts, null, context));
  return hono;
}

async function answerRequest(
  parts: GatewayParts,
  endpoint: Endpoint | null,
  context: Context<GatewayEnv>,
): Promise<Response> {
  const started = performance.now();
  const request = readRequest(context, parts.readAddress);
  const route = endpoint && routeOf(endpoint, request.method);
  const name = endpoint?.path ?? 'unmatched';
  const ctx = contextOf(parts, request, anonymous);
  const attributes = {
    'http.request.method': request.method,
    'http.route': name,
    correlationId: request.correlationId,
  };
  const answer = await withSpan(`${request.method} ${name}`, attributes, async (span) => {
    const given = await refusalsAnswered(ctx, () => travel(parts, endpoint, route, request, ctx));
    span?.setAttribute('http.response.status_code', given.status);
    return given;
  });
  const seconds = (performance.now() - started) / 1000;
  parts.app.metrics.httpRequests.inc({ method: request.method, route: name, status: answer.status });
  parts.app.metrics.httpDuration.observe({ method: request.method, route: name }, seconds);
  if (!route?.probe) {
    const ms = Math.round(seconds * 1e5) / 100;
    ctx.log.info({ method: request.method, route: name, status: answer.status, ms }, 'request');
  }
  return send(request, answer, parts.closing.aborted);
}

const routeOf = (endpoint: Endpoint, method: string): AnyRoute | null =>
  endpoint.methods.get(method === 'HEAD' ? 'GET' : method) ?? null;

/** Never throws: what was thrown becomes the answer. Surprises are logged here, once, and nowhere else. */
async function refusalsAnswered(ctx: Ctx, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    return answerOfError(ctx, error);
  }
}

function answerOfError(ctx: Ctx, error: unknown): Answer {
  const expected = expectedError(error);
  if (expected) {
    if (expected.code === 'unavailable') ctx.log.warn({ err: error }, 'request could not be served');
    const unread = expected.code === 'invalid_request' ? databaseErrorOf(expected.cause) : null;
    if (unread) ctx.log.warn({ sqlState: unread.code }, 'a value reached the database that it cannot read');
    return problemAnswer(expected, ctx.correlationId);
  }
  ctx.log.error({ err: error }, 'request failed');
  return surpriseAnswer(ctx.correlationId);
}

/** What every request passes, in this order, whatever the route. */
async function travel(
  parts: GatewayParts,
  endpoint: Endpoint | null,
  route: AnyRoute | null,
  request: GatewayRequest,
  nobody: Ctx,
): Promise<Answer> {
  requireReadableUrl(request.path, request.search);
  if (route?.probe) return handleRoute(parts, route, request, nobody);
  const actor = await actorOf(parts, request, nobody, nameOf(route));
  if (!route?.ownLimit) await parts.limits.countRequest(actor, request.address);
  if (!endpoint) throw notFound('There is nothing at this address.');
  if (request.method === 'OPTIONS') return { status: 204, headers: { allow: endpoint.allow.join(', ') }, body: null };
  if (!route) throw methodNotAllowed(endpoint, request.method);
  const ctx: Ctx = { ...nobody, actor };
  try {
    if (actor.kind !== 'anonymous') requireSameSite(request, parts.ownOrigin);
    requireAnyOf(ctx, route.permission);
    return await handleRoute(parts, route, request, ctx);
  } catch (error) {
    await noteRefusal(ctx, nameOf(route), error);
    throw error;
  }
}

/** A wrong token is counted against its sender's address, and recorded: whoever guesses tokens is slowed down, and seen. */
async function actorOf(parts: GatewayParts, request: GatewayRequest, nobody: Ctx, target: string): Promise<Actor> {
  const cookie = request.header('cookie');
  const authorization = request.header('authorization');
  if (cookie === null && authorization === null) return anonymous;
  try {
    return await authenticate(parts.app, { cookie, authorization });
  } catch (error) {
    await parts.limits.countRequest(anonymous, request.address);
    await noteRefusal(nobody, target, error);
    throw error;
  }
}

const contextOf = (parts: GatewayParts, request: GatewayRequest, actor: Actor): Ctx =>
  createContext(parts.app, {
    actor,
    correlationId: request.correlationId,
    source: 'api',
    sourceAddress: request.address,
    userAgent: request.header('user-agent')?.slice(0, 300) ?? null,
  });

function requireAnyOf(ctx: Ctx, permission: AnyRoute['permission']): void {
  if (permission === 'public' || permission.some((one) => can(ctx, one))) return;
  if (ctx.actor.kind === 'anonymous') throw new AppError('unauthenticated', 'Sign in to do this.');
  throw new AppError('forbidden', `This needs the permission ${named(permission)}.`);
}

const named = (permission: readonly Permission[]) => permission.join(' or ');

function methodNotAllowed(endpoint: Endpoint, method: string): AppError {
  const detail = `${/^[A-Z]{1,20}$/.test(method) ? method : 'This method'} is not something this address knows.`;
  return new AppError('method_not_allowed', detail, { allow: endpoint.allow });
}

/** As the trail names it; what is not declared is one thing, however it is spelled. */
const nameOf = (route: AnyRoute | null) => (route ? `${route.method.toUpperCase()} ${route.path}` : 'unmatched');

async function noteRefusal(ctx: Ctx, target: string, error: unknown): Promise<void> {
  if (!(error instanceof AppError)) return;
  if (error.code !== 'forbidden' && error.code !== 'unauthenticated' && !error.refused) return;
  await recordRefusal(ctx, {
    action: 'request.refused',
    resourceType: 'route',
    resourceId: target,
    reason: error.message,
  });
}
