import type { IncomingMessage } from 'node:http';
import { AppError } from '#server/errors/errors.ts';
import type { GatewayRequest } from './request.ts';
import type { Route } from './route.ts';

const defaultMaxBytes = 64 * 1024;
const deepest = 64;

const mediaTypes = { json: 'application/json', raw: 'application/json', form: 'application/x-www-form-urlencoded' };

/**
 * The request's body as plain data; undefined when the route takes none. Gives the text too, for telling requests apart.
 * @throws AppError `unsupported_media_type`, `too_large` (before all of it was read), `invalid_request`.
 */
export async function readBody(request: GatewayRequest, route: Route): Promise<{ text: string; data: unknown }> {
  const bytes = await readBytes(request, route.maxBytes ?? defaultMaxBytes);
  const text = decode(bytes);
  if (!route.body) {
    // Clients that always send JSON send an empty object to calls that take nothing.
    if (text !== '' && text !== '{}') throw new AppError('invalid_request', 'This call takes no body.');
    return { text: '', data: undefined };
  }
  const kind = route.bodyType ?? 'json';
  requireMediaType(request, mediaTypes[kind]);
  return { text, data: dataOf(kind, text) };
}

function dataOf(kind: keyof typeof mediaTypes, text: string): unknown {
  if (kind === 'raw') return text;
  return kind === 'json' ? parseJson(text) : parseForm(text);
}

function requireMediaType(request: GatewayRequest, wanted: string): void {
  const [type = '', ...parameters] = (request.header('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  const readable = charset === undefined || /^charset="?utf-8"?$/.test(charset);
  if (type.trim() !== wanted || !readable) {
    throw new AppError('unsupported_media_type', `The body must be ${wanted}, in UTF-8.`);
  }
}

async function readBytes(request: GatewayRequest, maxBytes: number): Promise<Buffer> {
  const encoding = request.header('content-encoding');
  if (encoding !== null && encoding !== 'identity') {
    throw new AppError('unsupported_media_type', 'Compressed bodies are not read.');
  }
  if (Number(request.header('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const incoming = request.context.env?.incoming;
  if (incoming) return readIncoming(incoming, maxBytes);
  const body = request.context.req.raw.body;
  return body ? readStream(body, maxBytes) : Buffer.alloc(0);
}

/** By events and not `for await`: leaving that early destroys the socket, and the caller would never hear why. */
function readIncoming(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (outcome: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      outcome();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      incoming.pause();
      settle(() => reject(tooLarge(maxBytes)));
    };
    const onEnd = () => settle(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    const onClose = () => settle(() => reject(new AppError('invalid_request', 'The body ended too early.')));
    incoming.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
    if (incoming.readableEnded) onEnd();
    else if (incoming.destroyed) onClose();
  });
}

async function readStream(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (maxBytes: number) =>
  new AppError('too_large', `The body may have at most ${Math.floor(maxBytes / 1024)} KiB.`);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

function decode(bytes: Buffer): string {
  if (bytes.length === 0) return '';
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError('invalid_request', 'The body is not UTF-8.');
  }
}

function parseJson(text: string): unknown {
  if (text.trim() === '') throw new AppError('invalid_request', 'The body is empty; JSON was expected.');
  if (isTooDeep(text)) throw new AppError('invalid_request', `The body is nested deeper than ${deepest} levels.`);
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError('invalid_request', 'The body is not JSON.');
  }
}

/** Whatever walks the data later is recursive; a few kilobytes of brackets would end its stack. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 92) i += 1;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return false;
}

const parseForm = (text: string) => valuesOf(new URLSearchParams(text));

/** A name given more than once has all its values, which no schema for a single one takes. */
export function valuesOf(parameters: URLSearchParams): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of parameters) {
    const before = values[name];
    if (before === undefined) values[name] = value;
    else values[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return values;
}
