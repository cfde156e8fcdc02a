import { coverHeld, isCovered, whenOpen } from './cover.ts';
import { errorOf, isStatus, networkError } from './problem.ts';

export interface Answer<T> {
  data: T;
  /** As sent, with its quotes; goes back as `If-Match`. */
  etag: string | null;
}

interface Options {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal | undefined;
  ifMatch?: string | undefined;
  idempotencyKey?: string | undefined;
}

/**
 * One call to `/api/v1`, with the session cookie. While the page is covered nothing is read, for somebody else may have signed
 * in: a read waits for its person, and what came meanwhile, or was refused because the session had ended, is read again.
 * @throws ApiError for every answer that is not 2xx, and (status 0) when there was none. An abort is rethrown as it is.
 */
export async function call<T>(path: string, options: Options): Promise<Answer<T>> {
  if (options.method !== 'GET') return ask(path, options);
  for (;;) {
    await whenOpen();
    try {
      const answer = await ask<T>(path, options);
      if (!isCovered()) return answer;
    } catch (error) {
      if (isStatus(error, 401)) coverHeld();
      if (!isCovered()) throw error;
    }
  }
}

/** `call`, whether the page is covered or not. */
export async function ask<T>(path: string, options: Options): Promise<Answer<T>> {
  const headers = new Headers({ accept: 'application/json' });
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  if (options.ifMatch) headers.set('if-match', options.ifMatch);
  if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey);
  const response = await send(`/api/v1${path}`, {
    method: options.method,
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
  });
  if (!response.ok) throw await errorOf(response);
  const text = await response.text();
  // The one place where an answer becomes a type: the server checks every answer against the schema behind it.
  const data = (text === '' ? undefined : JSON.parse(text)) as T;
  return { data, etag: response.headers.get('etag') };
}

/** `fetch` whose failure to connect is an ApiError. */
export async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw networkError();
  }
}

export const get = async <T>(path: string, signal?: AbortSignal) =>
  (await call<T>(path, { method: 'GET', signal })).data;

export const post = async <T>(path: string, body: unknown, idempotencyKey?: string) =>
  (await call<T>(path, { method: 'POST', body, idempotencyKey })).data;

export const patch = async <T>(path: string, body: unknown, version: number) =>
  (await call<T>(path, { method: 'PATCH', body, ifMatch: `"${version}"` })).data;

export const remove = async (path: string) => {
  await call<void>(path, { method: 'DELETE' });
};

/** Query string of what is set. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
