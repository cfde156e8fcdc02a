import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';
import { v7 as uuidv7 } from 'uuid';
import { AppError } from '#server/errors/errors.ts';
import type { AddressReader } from './address.ts';

/** What the Node adapter hands over; nothing of it under another host (Next), where the socket cannot be seen. */
export interface Bindings {
  incoming?: IncomingMessage;
  outgoing?: ServerResponse;
}
export type GatewayEnv = { Bindings: Bindings };

/** A request as the gateway sees it, whoever is the host. */
export interface GatewayRequest {
  method: string;
  /** Still encoded, without the query. */
  path: string;
  /** Still encoded, without the question mark. */
  search: string;
  correlationId: string;
  address: string | null;
  header(name: string): string | null;
  context: Context<GatewayEnv>;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The caller's correlation id when it is a uuid, else a new one. */
export const correlationIdOf = (sent: string | null | undefined) =>
  typeof sent === 'string' && uuid.test(sent) ? sent.toLowerCase() : uuidv7();

export function readRequest(context: Context<GatewayEnv>, readAddress: AddressReader): GatewayRequest {
  const incoming = context.env?.incoming;
  const header = incoming
    ? (name: string) => single(incoming.headers[name])
    : (name: string) => context.req.raw.headers.get(name);
  const url = context.req.url;
  const afterHost = url.indexOf('/', url.indexOf('://') + 3);
  const question = url.indexOf('?', afterHost);
  return {
    method: context.req.method,
    path: question === -1 ? url.slice(afterHost) : url.slice(afterHost, question),
    search: question === -1 ? '' : url.slice(question + 1),
    correlationId: correlationIdOf(header('x-correlation-id')),
    address: readAddress(incoming?.socket.remoteAddress, header('x-forwarded-for')),
    header,
    context,
  };
}

const single = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : (value ?? null));

/** @throws AppError `invalid_request` for encodings that mean nothing, and for the NUL character, which no text may hold. */
export function requireReadableUrl(path: string, search: string): void {
  if (!isReadable(path) || !isReadable(search)) {
    throw new AppError('invalid_request', 'The address of the request cannot be read.');
  }
}

function isReadable(encoded: string): boolean {
  if (!encoded.includes('%')) return true;
  try {
    return !decodeURIComponent(encoded).includes('\u0000');
  } catch {
    return false;
  }
}

/** Aborts when the caller is gone. */
export function goneSignal(request: GatewayRequest): AbortSignal {
  const outgoing = request.context.env?.outgoing;
  if (!outgoing) return request.context.req.raw.signal;
  const controller = new AbortController();
  if (outgoing.destroyed) controller.abort();
  else outgoing.once('close', () => controller.abort());
  return controller.signal;
}
