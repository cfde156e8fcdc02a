import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import type { z } from 'zod';

/** A request as a handler sees it. `gone` aborts when the client has left or the server closes. */
export type Request = {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
  gone: AbortSignal;
};
export type Reply = { status: number; headers?: Record<string, string>; body?: string };
/** `'drop'`: the connection is destroyed without an answer. */
export type Handler = (request: Request) => Promise<Reply | 'drop'> | Reply | 'drop';
export type Listening = { port: number; close(): Promise<void> };

export const loopback = '127.0.0.1';
const bodyLimit = 4 * 1024 * 1024;

/** Serves on loopback; port 0 takes any free one. Closing ends open connections at once. */
export async function serveHttp(port: number, handle: Handler): Promise<Listening> {
  const closing = new AbortController();
  const server = createServer((incoming, outgoing) => void answer(handle, incoming, outgoing, closing.signal));
  const bound = await listen(server, port);
  return { port: bound, close: () => closeHttp(server, closing) };
}

/** Listens on loopback and answers the port taken; rejects when the port is in use. */
export function listen(server: NetServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** RFC 9457, as Guildhall's own errors. */
export function problem(status: number, title: string, errors?: { path: string; message: string }[]): Reply {
  const body = { type: 'about:blank', title, status, ...(errors ? { errors } : {}) };
  return json(status, body, { 'content-type': 'application/problem+json' });
}

export function invalid(error: z.ZodError): Reply {
  return problem(
    400,
    'The request is not valid',
    error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  );
}

/** Waits `ms`, less when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
  });
}

async function answer(handle: Handler, incoming: IncomingMessage, outgoing: ServerResponse, closing: AbortSignal) {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const request = await readRequest(incoming, AbortSignal.any([gone.signal, closing]));
    const reply = request === 'too large' ? problem(413, 'Too large') : await handle(request);
    if (reply === 'drop') incoming.socket.destroy();
    else if (!outgoing.destroyed) outgoing.writeHead(reply.status, reply.headers).end(reply.body);
  } catch (error) {
    if (gone.signal.aborted || incoming.socket.destroyed) return;
    console.error('sandbox: a handler failed', error instanceof Error ? error.stack : error);
    if (outgoing.headersSent) incoming.socket.destroy();
    else outgoing.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"The sandbox failed"}');
  }
}

async function readRequest(incoming: IncomingMessage, gone: AbortSignal): Promise<Request | 'too large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) return 'too large';
    chunks.push(chunk);
  }
  const path = incoming.url?.startsWith('/') ? incoming.url : '/';
  return {
    method: incoming.method ?? 'GET',
    url: new URL(`http://${loopback}${path}`),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
    gone,
  };
}

function closeHttp(server: Server, closing: AbortController): Promise<void> {
  closing.abort();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
