import { ResponseContext } from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import { httpError, networkError, retryAfterMs } from '../partner-error.ts';

/** What the client's two API groups hand to a transport; each has a request class of its own with this shape. */
interface ApiRequest {
  getUrl: () => string;
  getHttpMethod: () => string;
  getHeaders: () => Record<string, string>;
  getBody: () => unknown;
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
  const { category, policyName } = parsed(text);
  const interval = Number(headers.get('x-hubspot-ratelimit-interval-milliseconds'));
  const asked = retryAfterMs(headers.get('retry-after'));
  const implied = status !== 429 ? null : policyName === 'DAILY' ? dailyLimitMs : interval > 0 ? interval : null;
  return httpError('crm', status, { retryAfterMs: asked ?? implied, category });
}

/** HubSpot's error body; whatever else answers (a proxy's page) has no category. */
function parsed(text: string): { category?: unknown; policyName?: unknown } {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}
