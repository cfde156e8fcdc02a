import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import { AppError, type ErrorCode } from '#server/errors/errors.ts';
import { problemAnswer, surpriseAnswer } from '#server/gateway/answer.ts';
import { dataHeaders } from '#server/gateway/headers.ts';

/** Refusals that are given before, or instead of, the gateway. */
export function sendProblem(outgoing: ServerResponse, error: AppError | null, correlationId: string): void {
  const { status, headers, body } = error ? problemAnswer(error, correlationId) : surpriseAnswer(correlationId);
  for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
  outgoing.writeHead(status, { ...dataHeaders, 'x-correlation-id': correlationId, ...headers });
  outgoing.end(body);
}

/** Answers what the HTTP parser could not read, on the bare socket. */
export function answerUnparsed(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const code: ErrorCode = error.code === 'HPE_HEADER_OVERFLOW' ? 'too_large' : 'invalid_request';
  const correlationId = uuidv7();
  const refusal = new AppError(code, 'The request cannot be read as HTTP.');
  const { status, headers, body } = problemAnswer(refusal, correlationId);
  const all = {
    ...dataHeaders,
    ...headers,
    'x-correlation-id': correlationId,
    'content-length': Buffer.byteLength(String(body)),
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${refusal.code}\r\n${lines.join('')}\r\n${body}`);
}
