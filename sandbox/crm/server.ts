import type { Drawn, Faults } from '../faults.ts';
import { type Listening, pause, type Reply, type Request, serveHttp } from '../http.ts';
import type { RequestLog } from '../requests.ts';
import { answerCall } from './api.ts';
import type { Contacts } from './contacts.ts';
import { CrmError, internal, invalidProperties, rateLimited, unauthenticated } from './errors.ts';
import { RateLimit, type RateLimits } from './limit.ts';
import type { Properties } from './properties.ts';

export type CrmOptions = {
  port: number;
  token: string;
  limits: RateLimits;
  contacts: Contacts;
  properties: Properties;
  faults: Faults;
  log: RequestLog;
};

/** HubSpot's contacts and properties API on a port of its own, with the `crm` faults in front. */
export function serveCrm(options: CrmOptions): Promise<Listening> {
  const limit = new RateLimit(options.limits);
  return serveHttp(options.port, async (request) => {
    const startedAt = Date.now();
    const drawn = options.faults.draw('crm');
    const reply = await answer(options, limit, request, drawn);
    options.log.add('crm', {
      method: request.method,
      path: request.url.pathname,
      status: reply === 'drop' ? 'dropped' : String(reply.status),
      startedAt,
      faults: drawn.names,
    });
    return reply;
  });
}

async function answer(options: CrmOptions, limit: RateLimit, request: Request, drawn: Drawn): Promise<Reply | 'drop'> {
  if (drawn.delayMs > 0) await pause(drawn.delayMs, request.gone);
  if (request.gone.aborted || drawn.has('cut')) return 'drop';
  if (drawn.has('hang') && !drawn.has('fail-after')) return hold(options.faults, request);
  if (drawn.has('rate-limit')) {
    return rateLimited('TEN_SECONDLY_ROLLING').toReply({ ...limit.headersWhenExhausted(), 'retry-after': '2' });
  }
  const rate = limit.take();
  if (rate.exceeded) {
    return rateLimited(rate.exceeded).toReply({ ...rate.headers, 'retry-after': String(rate.retryAfterSeconds) });
  }
  const reply = serve(options, request, drawn);
  if (drawn.has('hang')) return hold(options.faults, request);
  return { ...reply, headers: { ...reply.headers, ...rate.headers } };
}

function serve({ token, contacts, properties }: CrmOptions, request: Request, drawn: Drawn): Reply {
  try {
    if (drawn.has('refuse') || request.headers.authorization !== `Bearer ${token}`) throw unauthenticated();
    if (drawn.has('fail')) throw internal();
    if (drawn.has('reject')) throw rejected();
    const reply = answerCall(request, contacts, properties);
    if (drawn.has('fail-after')) throw internal();
    return reply;
  } catch (error) {
    if (error instanceof CrmError) return error.toReply();
    throw error;
  }
}

/** Never answers: the connection goes when the client leaves, the fault ends, or the sandbox stops. */
async function hold(faults: Faults, request: Request): Promise<'drop'> {
  await faults.untilOff('crm', 'hang', request.gone);
  return 'drop';
}

function rejected(): CrmError {
  const message = 'The value was not accepted';
  return invalidProperties([{ message, code: 'INVALID_VALUE', context: { propertyName: ['guildhall_id'] } }]);
}
