import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Answer } from './answer.ts';
import { dataHeaders } from './headers.ts';
import type { GatewayRequest } from './request.ts';

/** A reader that takes nothing for this long is gone, whatever its socket says. */
const drainMs = 20_000;

/**
 * Writes the answer. Under our own server straight to the socket, which costs a third of going through a Response; under
 * another host as a Response.
 */
export function send(request: GatewayRequest, answer: Answer, closing: boolean): Response {
  const headers: Record<string, string> = {
    ...dataHeaders,
    'x-correlation-id': request.correlationId,
    ...answer.headers,
  };
  const head = request.method === 'HEAD';
  const outgoing = request.context.env?.outgoing;
  if (!outgoing) return responseOf(answer, headers, head);
  if (closing) outgoing.shouldKeepAlive = false;
  // What is left of a refused body is not read: the connection cannot be used again.
  if (answer.status === 413) outgoing.shouldKeepAlive = false;
  write(outgoing, answer, headers, head);
  return RESPONSE_ALREADY_SENT;
}

function responseOf(answer: Answer, headers: Record<string, string>, head: boolean): Response {
  const { body, status } = answer;
  if (head || body === null) return new Response(null, { status, headers });
  return new Response(typeof body === 'string' ? body : streamOf(body), { status, headers });
}

function streamOf(pieces: AsyncIterable<string | Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

function write(outgoing: ServerResponse, answer: Answer, headers: Record<string, string>, head: boolean): void {
  const { body } = answer;
  if (typeof body === 'string') headers['content-length'] = String(Buffer.byteLength(body));
  outgoing.writeHead(answer.status, headers);
  if (head || body === null) outgoing.end();
  else if (typeof body === 'string') outgoing.end(body);
  else void pump(outgoing, body);
}

async function pump(outgoing: ServerResponse, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  outgoing.flushHeaders();
  try {
    for await (const piece of pieces) {
      if (outgoing.destroyed) return;
      if (!outgoing.write(piece) && !(await drained(outgoing))) {
        outgoing.destroy();
        return;
      }
    }
    outgoing.end();
  } catch {
    // Said already by whoever made the pieces. Cutting the connection tells the reader that the answer is not whole.
    outgoing.destroy();
  }
}

function drained(outgoing: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(false), drainMs);
    const onDrain = () => finish(true);
    const onClose = () => finish(false);
    function finish(open: boolean) {
      clearTimeout(timer);
      outgoing.off('drain', onDrain).off('close', onClose);
      resolve(open);
    }
    outgoing.on('drain', onDrain).on('close', onClose);
    if (outgoing.destroyed) onClose();
  });
}
