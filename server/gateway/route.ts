import type { z } from 'zod';
import type { Permission } from '#server/access/permissions.ts';
import type { Ctx } from '#server/context/context.ts';
import type { StreamEvent } from './event-stream.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What a handler gives back. Header names are lower-case. */
export interface Reply<T> {
  body: T;
  status?: number;
  /** Strong validator without quotes, usually the version. Only on routes with `etag`. */
  etag?: string;
  headers?: Record<string, string>;
}

interface Shared<Params extends z.ZodType, Query extends z.ZodType> {
  /** Below `/api/v1`, parameters in braces: `/members/{id}`. */
  path: string;
  /** Mounted at `/api` instead of `/api/v1` (token endpoint, health). */
  outsideVersion?: true;
  summary: string;
  tag: string;
  /** Who may call: everyone, or whoever holds any one of these. The command still checks the record. */
  permission: 'public' | readonly [Permission, ...Permission[]];
  params?: Params;
  query?: Query;
  /** For probes of the process itself: nobody is looked up, nothing is counted, no line is logged. Must be `public`. */
  probe?: true;
  /** Counted by its own `limit` alone: for a partner that calls as often as there is news. */
  ownLimit?: true;
}

/** Requests per window. Holds over all processes. */
export interface Limit<Body = unknown> {
  name: string;
  points: (ctx: Ctx) => number;
  windowSeconds: number;
  /** What is counted: this value, whoever sends it. Without it, the caller: the signed-in actor, else the address. */
  key?: (body: Body) => string;
}

/** A route only declares: who may, what goes in, what comes out, which function. */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Out extends z.ZodType = z.ZodType,
  Prepared = unknown,
> extends Shared<Params, Query> {
  kind: 'json';
  method: Method;
  body?: Body;
  /** How the body is encoded; JSON unless said. `raw`: JSON whose text is signed, given to `body` as it came. */
  bodyType?: 'json' | 'form' | 'raw';
  /** The header, in lower case, by which a body proves where it comes from; it reaches `handle` as `signature`. */
  signatureHeader?: string;
  /** Bytes; 64 KiB unless said. Larger is 413. */
  maxBytes?: number;
  response: { status: 200 | 201 | 202 | 204; schema: Out };
  /** GET: sends an ETag and honours If-None-Match. PUT and PATCH: If-Match is passed on as `ifMatch`. */
  etag?: true;
  /**
   * A POST that creates or moves something: takes `Idempotency-Key`. With or without a key the handler runs inside one
   * transaction, in which the answer is stored too, so it must read with `ctx.sql` or `readCached`, never through the pool:
   * what it has just written is not visible there yet. What it throws is answered after the roll-back. An answer for which
   * `secret` says true is not stored: the same key again is told that it was done, and why the answer is gone. `about` gives
   * the member whose personal values the answer holds, where that is not the caller: it is sealed for them. Not needed where
   * the answer names them as `memberId`.
   */
  idempotent?: true | { secret?(body: z.input<Out>): boolean; about?(body: z.input<Out>): string | null };
  /** Beside the general limit. Counted before the transaction; a replayed answer is not. */
  limit?: Limit<z.output<Body>> | readonly Limit<z.output<Body>>[];
  /**
   * What takes long and needs no transaction (hashing a password), done before a connection is taken for one, after the
   * limits. Not for a replay. What it gives reaches `handle` as `prepared`.
   */
  prepare?(
    ctx: Ctx,
    input: { params: z.output<Params>; query: z.output<Query>; body: z.output<Body> },
  ): Promise<Prepared>;
  handle(
    ctx: Ctx,
    input: {
      params: z.output<Params>;
      query: z.output<Query>;
      body: z.output<Body>;
      ifMatch: string | null;
      /** The `Authorization` header as it came. Only the token endpoint reads it (HTTP Basic); everyone else has `ctx.actor`. */
      authorization: string | null;
      signature: string | null;
      prepared: Prepared;
    },
  ): Promise<Reply<z.input<Out>>>;
}

/**
 * Server-sent events. `open` is called after the permission check: what it throws is an answer like any other, what the
 * stream throws later cuts it. It ends when the signal aborts.
 */
export interface StreamRoute<Params extends z.ZodType = z.ZodType, Query extends z.ZodType = z.ZodType>
  extends Shared<Params, Query> {
  kind: 'stream';
  method: 'get';
  open(
    ctx: Ctx,
    input: { params: z.output<Params>; query: z.output<Query>; lastEventId: string | null; signal: AbortSignal },
  ): Promise<AsyncIterable<StreamEvent>>;
}

/** A download made piece by piece (CSV, PDF). Nothing is held in memory whole. */
export interface DownloadRoute<Params extends z.ZodType = z.ZodType, Query extends z.ZodType = z.ZodType>
  extends Shared<Params, Query> {
  kind: 'download';
  method: 'get';
  contentType: string;
  open(
    ctx: Ctx,
    input: { params: z.output<Params>; query: z.output<Query>; signal: AbortSignal },
  ): Promise<{ fileName: string; chunks: AsyncIterable<string | Uint8Array> }>;
}

/** A short answer that is not JSON: metrics, a page that we render ourselves. */
export interface TextRoute<Params extends z.ZodType = z.ZodType, Query extends z.ZodType = z.ZodType>
  extends Shared<Params, Query> {
  kind: 'text';
  method: 'get';
  contentType: string;
  handle(
    ctx: Ctx,
    input: { params: z.output<Params>; query: z.output<Query> },
  ): Promise<{ body: string; headers?: Record<string, string> }>;
}

export type AnyRoute = Route | StreamRoute | DownloadRoute | TextRoute;

/** Declares a route; keeps the schemas' types for the handler. */
export function route<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Out extends z.ZodType,
  Prepared,
>(declaration: Omit<Route<Params, Query, Body, Out, Prepared>, 'kind'>): Route {
  // Handlers are called by the gateway with exactly what these schemas gave, so forgetting their types here is safe.
  return { ...declaration, kind: 'json' } as Route<Params, Query, Body, Out, Prepared> & Route;
}

export function stream<Params extends z.ZodType, Query extends z.ZodType>(
  declaration: Omit<StreamRoute<Params, Query>, 'kind' | 'method'>,
): StreamRoute {
  return { ...declaration, kind: 'stream', method: 'get' } as StreamRoute<Params, Query> & StreamRoute;
}

export function download<Params extends z.ZodType, Query extends z.ZodType>(
  declaration: Omit<DownloadRoute<Params, Query>, 'kind' | 'method'>,
): DownloadRoute {
  return { ...declaration, kind: 'download', method: 'get' } as DownloadRoute<Params, Query> & DownloadRoute;
}

export function text<Params extends z.ZodType, Query extends z.ZodType>(
  declaration: Omit<TextRoute<Params, Query>, 'kind' | 'method'>,
): TextRoute {
  return { ...declaration, kind: 'text', method: 'get' } as TextRoute<Params, Query> & TextRoute;
}

/** The path as callers see it. */
export const fullPath = (declared: AnyRoute) => `${declared.outsideVersion ? '/api' : '/api/v1'}${declared.path}`;
