import { randomBytes } from 'node:crypto';
import { json, type Reply } from '../http.ts';

export type ErrorBody = { type: string; message: string; code?: string; param?: string; [detail: string]: unknown };
/** What a call answers; `body` is JSON. */
export type Answer = { status: number; body: object };

/** An answer in Stripe's error form. Thrown: nothing of the call is kept. Returned by `toAnswer`: what was done stays. */
export class GatewayError extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.status = status;
    this.body = body;
  }

  toAnswer(): Answer {
    const documented = this.body.code ? { doc_url: `https://docs.stripe.com/error-codes#${this.body.code}` } : {};
    return { status: this.status, body: { error: { ...documented, ...this.body } } };
  }
}

export function toReply({ status, body }: Answer, headers: Record<string, string> = {}): Reply {
  return json(status, body, { 'request-id': `req_${randomBytes(7).toString('hex')}`, ...headers });
}

const request = (status: number, message: string, more: Partial<ErrorBody> = {}) =>
  new GatewayError(status, { type: 'invalid_request_error', message, ...more });

export const invalid = (message: string, more: Partial<ErrorBody> = {}) => request(400, message, more);

export const missing = (name: string, id: string, param = 'id', status = 404) =>
  request(status, `No such ${name}: '${id}'`, { code: 'resource_missing', param });

export const unknownUrl = (method: string, path: string) =>
  request(404, `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs.`);

export const noKey = () =>
  request(
    401,
    'You did not provide an API key. Provide it in the Authorization header (Authorization: Bearer YOUR_SECRET_KEY).',
  );

export const wrongKey = (key: string) =>
  request(401, `Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`);

export const secretKeyRequired = () =>
  request(403, 'This API call cannot be made with a publishable API key. Please use a secret API key.', {
    code: 'secret_key_required',
  });

export const rateLimited = () =>
  request(
    429,
    'Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.',
    {
      code: 'rate_limit',
    },
  );

export const internal = () => new GatewayError(500, { type: 'api_error', message: 'An unknown error occurred' });

export const keyInUse = (key: string) =>
  new GatewayError(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });

export const keyReused = (key: string) =>
  new GatewayError(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });

export const keyForAnotherPath = (key: string, first: string, now: string) =>
  new GatewayError(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${now}' vs '${first}'). Try using a key other than '${key}' if you meant to execute a different request.`,
  });

/** What the card holder is told, and the codes beside it. */
export type Decline = { code: string; declineCode?: string; message: string };

export function cardError(decline: Decline, more: Record<string, unknown> = {}): GatewayError {
  const { code, declineCode, message } = decline;
  return new GatewayError(402, {
    type: 'card_error',
    code,
    ...(declineCode ? { decline_code: declineCode } : {}),
    message,
    ...more,
  });
}
