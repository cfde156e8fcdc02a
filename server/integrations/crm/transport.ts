import { ResponseContext } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import { httpError, networkError, PartnerError, retryAfterMs } from '../partner-error.ts';

/** What the client's two API groups hand to a transport; each has a request class of its own with this shape. */
interface ApiRequest {
  getUrl: () => string;
  getHttpMethod: () => string;
  getHeaders: () => Record<string, string>;
  getBody: () => unknown;
}

/** Another contact has the e-mail address already. The reason is the same however HubSpot puts it. */
export class AddressTakenError extends PartnerError {
  /** The CRM's id of the contact that has it. */
  readonly holder: string;

  constructor(holder: string, explanation: string | null = null) {
    super('crm', 'permanent', `HTTP 409 CONFLICT${explanation === null ? '' : `: ${explanation}`}`);
    this.holder = holder;
  }
}

/** HubSpot gives no hint with its daily limit: asking four times an hour is enough. */
const dailyLimitMs = 15 * 60 * 1000;

/**
 * The client's HTTP, with what its own lacks: one limit for the whole exchange, answer included, after which the
 * socket is closed. Error answers become PartnerErrors here, 404 aside, which callers ask about.
 */
export function timedTransport(timeoutMs: number) {
  return {
    async send(request: ApiRequest): Promise<ResponseContext> {
      const { status, headers, text } = await exchange(request, timeoutMs);
      if ((status < 200 || status > 299) && status !== 404) throw refusal(status, headers, text);
      const body = { text: async () => text, binary: async () => Buffer.from(text) };
      return new ResponseContext(status, Object.fromEntries(headers), body);
    },
  };
}

async function exchange(request: ApiRequest, timeoutMs: number) {
  const body = request.getBody();
  try {
    const response = await fetch(request.getUrl(), {
      method: request.getHttpMethod(),
      headers: request.getHeaders(),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...(typeof body === 'string' ? { body } : {}),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    throw networkError('crm', error);
  }
}

function refusal(status: number, headers: Headers, text: string) {
  const { category, policyName, message } = parsed(text);
  const holder = holderIn(status, message);
  if (holder !== null) return new AddressTakenError(holder);
  const interval = Number(headers.get('x-hubspot-ratelimit-interval-milliseconds'));
  const asked = retryAfterMs(headers.get('retry-after'));
  const implied = status !== 429 ? null : policyName === 'DAILY' ? dailyLimitMs : interval > 0 ? interval : null;
  return httpError('crm', status, { retryAfterMs: asked ?? implied, category });
}

/**
 * The id of the contact that has the e-mail address already. A contact that is made with it is answered with 409, one that
 * is given it later with 400; there the first of the two ids is the contact that was to get it.
 */
function holderIn(status: number, message: unknown): string | null {
  if (typeof message !== 'string') return null;
  if (status === 409) return /^Contact already exists\. Existing ID: (\d{1,20})$/.exec(message)?.[1] ?? null;
  if (status !== 400 || !message.includes('propertyName=email,')) return null;
  return / on \d{1,20}\. (\d{1,20}) already has that value/.exec(message)?.[1] ?? null;
}

/** HubSpot's error body; whatever else answers (a proxy's page) has no category. */
function parsed(text: string): { category?: unknown; policyName?: unknown; message?: unknown } {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}
