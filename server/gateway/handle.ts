import type { Ctx } from '#server/context/context.ts';
import { inTransaction } from '#server/context/context.ts';
import { AppError } from '#server/errors/errors.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { readBody } from './body.ts';
import { etagHeader, isFresh, readIfMatch } from './etag.ts';
import { eventFrames } from './event-stream.ts';
import { type Given, once } from './idempotency.ts';
import { parseParts, pathPart, queryPart } from './input.ts';
import type { GatewayParts } from './parts.ts';
import { type GatewayRequest, goneSignal } from './request.ts';
import {
  type AnyRoute,
  type DownloadRoute,
  fullPath,
  type Limit,
  type Reply,
  type Route,
  type StreamRoute,
  type TextRoute,
} from './route.ts';
import { authorizedStill, revokedSignal } from './still-authorized.ts';

/** Reads what the route declares, calls it, checks what it gives. */
export function handleRoute(parts: GatewayParts, route: AnyRoute, request: GatewayRequest, ctx: Ctx): Promise<Answer> {
  switch (route.kind) {
    case 'json':
      return handleJson(parts, route, request, ctx);
    case 'text':
      return handleText(route, request, ctx);
    case 'stream':
      return handleStream(parts, route, request, ctx);
    case 'download':
      return handleDownload(parts, route, request, ctx);
  }
}

async function handleJson(parts: GatewayParts, route: Route, request: GatewayRequest, ctx: Ctx): Promise<Answer> {
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const body = reads ? { text: '', data: undefined } : await readBody(request, route);
  const parsed = parseParts([
    pathPart(request, route),
    queryPart(request, route),
    { name: 'body', schema: route.body, value: body.data },
  ]);
  const input = {
    params: parsed.path,
    query: parsed.query,
    body: parsed.body,
    ifMatch: route.etag && !reads ? readIfMatch(request.header('if-match')) : null,
    authorization: request.header('authorization'),
    signature: route.signatureHeader ? request.header(route.signatureHeader) : null,
  };
  // Before any transaction: whoever held a connection while waiting for a second one would, with enough others, wait for ever.
  const prepare = async () => {
    for (const limit of limitsOf(route)) await parts.limits.countLimit(ctx, limit, parsed.body);
    return route.prepare?.(ctx, input);
  };
  const work = async (inner: Ctx, prepared: unknown): Promise<Given> => {
    const reply = await route.handle(inner, { ...input, prepared });
    const rules = typeof route.idempotent === 'object' ? route.idempotent : {};
    const keeps = !rules.secret?.(reply.body);
    return {
      answer: answerOfReply(route, reply, request),
      keeps,
      about: rules.about ? rules.about(reply.body) : memberOf(reply.body),
    };
  };
  const key = route.idempotent ? request.header('idempotency-key') : null;
  if (key !== null) {
    return once(
      ctx,
      { route: `${route.method} ${filledPath(ctx, route, parsed.path)}`, key, bodyText: body.text },
      prepare,
      work,
    );
  }
  const prepared = await prepare();
  const given = await (route.idempotent ? inTransaction(ctx, (tx) => work(tx, prepared)) : work(ctx, prepared));
  return given.answer;
}

/** Whom an answer is about that names its member, as everything that belongs to one does. */
const memberOf = (body: unknown): string | null => {
  const { memberId } = (body ?? {}) as { memberId?: unknown };
  return typeof memberId === 'string' ? memberId : null;
};

/**
 * What is called, in one spelling: an idempotency key holds for the record, however its id was written. What is no id may be
 * a secret (the token of a link), of which nothing may be kept.
 */
const filledPath = (ctx: Ctx, route: Route, params: unknown) =>
  fullPath(route).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String((params as Record<string, unknown>)[name]);
    return uuid.test(value) ? value : ctx.app.keyRing.blindIndex('path', value);
  });

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const limitsOf = (route: Route): readonly Limit[] =>
  route.limit === undefined ? [] : ((Array.isArray(route.limit) ? route.limit : [route.limit]) as Limit[]);

function answerOfReply(route: Route, reply: Reply<unknown>, request: GatewayRequest): Answer {
  const status = reply.status ?? route.response.status;
  const headers: Record<string, string> = { ...reply.headers };
  if (reply.etag !== undefined) {
    headers.etag = etagHeader(reply.etag);
    if (route.method === 'get' && isFresh(request.header('if-none-match'), headers.etag)) {
      return { status: 304, headers, body: null };
    }
  }
  if (status === 204) return { status, headers, body: null };
  const parsed = route.response.schema.safeParse(reply.body);
  if (parsed.success) return jsonAnswer(status, parsed.data, headers);
  // Paths and reasons only: the values are somebody's data.
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).slice(0, 10);
  throw new Error(`the answer of ${route.method} ${route.path} does not fit its schema: ${problems.join('; ')}`);
}

async function handleText(route: TextRoute, request: GatewayRequest, ctx: Ctx): Promise<Answer> {
  const { path, query } = parseParts([pathPart(request, route), queryPart(request, route)]);
  const { body, headers } = await route.handle(ctx, { params: path, query });
  return { status: 200, headers: { 'content-type': route.contentType, ...headers }, body };
}

async function handleStream(
  parts: GatewayParts,
  route: StreamRoute,
  request: GatewayRequest,
  ctx: Ctx,
): Promise<Answer> {
  const { path, query } = parseParts([pathPart(request, route), queryPart(request, route)]);
  if (parts.closing.aborted) {
    throw new AppError('unavailable', 'This server is stopping. Please connect again.', { retryAfterSeconds: 1 });
  }
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' };
  if (request.method === 'HEAD') return { status: 200, headers, body: null };
  const mayGoOn = authorizedStill(parts.app, route, request);
  const gone = AbortSignal.any([goneSignal(request), parts.closing]);
  const signal = AbortSignal.any([gone, revokedSignal(parts.app, ctx.actor, gone, mayGoOn)]);
  const lastEventId = request.header('last-event-id');
  const events = await route.open(ctx, { params: path, query, lastEventId, signal });
  const frames = eventFrames(events, signal, mayGoOn);
  return { status: 200, headers, body: counted(ctx, logged(ctx, frames)) };
}

async function handleDownload(
  parts: GatewayParts,
  route: DownloadRoute,
  request: GatewayRequest,
  ctx: Ctx,
): Promise<Answer> {
  const { path, query } = parseParts([pathPart(request, route), queryPart(request, route)]);
  const headers = { 'content-type': route.contentType };
  if (request.method === 'HEAD') return { status: 200, headers, body: null };
  const { fileName, chunks } = await route.open(ctx, { params: path, query, signal: goneSignal(request) });
  const name = fileName.replace(/[^\w.-]/g, '_');
  const disposition = { 'content-disposition': `attachment; filename="${name}"` };
  return {
    status: 200,
    headers: { ...headers, ...disposition },
    body: whileAllowed(logged(ctx, chunks), authorizedStill(parts.app, route, request)),
  };
}

/** Cut, not ended, once the session is over or the permission is gone: half a file must not look like a whole one. */
async function* whileAllowed<Piece>(
  pieces: AsyncIterable<Piece>,
  mayGoOn: () => Promise<boolean>,
): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    if (!(await mayGoOn())) throw new AppError('unauthenticated', 'The session ended during the download.');
    yield piece;
  }
}

/** A failure after the first byte cannot become another answer: it is logged, and the connection is cut. */
async function* logged<Piece>(ctx: Ctx, pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  try {
    yield* pieces;
  } catch (error) {
    ctx.log.error({ err: error }, 'an answer broke off');
    throw error;
  }
}

async function* counted(ctx: Ctx, pieces: AsyncIterable<string>): AsyncGenerator<string> {
  ctx.app.metrics.liveClients.inc();
  try {
    yield* pieces;
  } finally {
    ctx.app.metrics.liveClients.dec();
  }
}
