import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { type App, createApp } from '#server/context/app.ts';
import { startWeb, type Web } from '#server/web.ts';
import { testSettings } from '#test/database.ts';
import type { AnyRoute } from './route.ts';

/** A web server without pages on a free port, for one test file. Valid from the first `beforeAll` on. */
export function testWeb(app: { current: App }, routes?: readonly AnyRoute[]): { url: string; web: Web } {
  const holder = { url: '', web: null as Web | null };
  beforeAll(async () => {
    holder.web = await startWeb(app.current, { port: 0, next: false, ...(routes ? { routes } : {}) });
    holder.url = holder.web.url;
  });
  afterAll(() => holder.web?.close());
  return holder as { url: string; web: Web };
}

/** A second App on a test file's database, as another process would have. */
export function testAppOn(database: { url: string }, overrides: Record<string, string> = {}): { current: App } {
  const holder: { current: App | null } = { current: null };
  beforeAll(() => {
    holder.current = createApp(testSettings({ DATABASE_URL: database.url, ...overrides }), 'test');
  });
  afterAll(() => holder.current?.close());
  return holder as { current: App };
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A request whose method, path and headers nobody tidies up, as `fetch` would. */
export function rawHttp(
  url: string,
  options: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        hostname,
        port,
        method: options.method ?? 'GET',
        path: options.path,
        headers: {
          // Node leaves a DELETE's body without a length, which is no HTTP.
          ...(options.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(options.body)) }),
          ...options.headers,
        },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        const answer = () => ({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
        // A stream has no end to wait for.
        if (response.headers['content-type']?.startsWith('text/event-stream')) {
          resolve(answer());
          response.on('error', () => {}).destroy();
          return;
        }
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(answer()));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

/** Bytes on a socket, and all that comes back until the other side closes. */
export function rawSocket(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}
