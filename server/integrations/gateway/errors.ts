import Stripe from 'stripe';
import { httpError, networkError, PartnerError, retryAfterMs, timedOut } from '../partner-error.ts';

/** Below these nothing was sent, so nothing can have happened. */
const neverSent =
  /^(ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|.*CERT.*|ERR_TLS_.*)$/;

/**
 * What the SDK throws, as a PartnerError. A write whose answer is lost or is a 5xx may have happened; the gateway itself
 * calls the outcome of a 500 indeterminate. A 409 says that the same key is under way in another request.
 */
export function gatewayError(error: unknown, writing: boolean): PartnerError {
  if (error instanceof PartnerError) return error;
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  if (error instanceof Stripe.errors.StripeConnectionError) return connectionError(error.detail, writing);
  const status = error.statusCode;
  if (status === undefined)
    return unknownWhen(writing, new PartnerError('gateway', 'unavailable', 'unreadable answer'));
  // 409 is the gateway's word for "later", whatever the table says of other partners.
  if (status === 409) return unknownWhen(writing, new PartnerError('gateway', 'transient', `HTTP 409${codeIn(error)}`));
  const known = httpError('gateway', status, { retryAfterMs: retryAfterMs(error.headers?.['retry-after']) });
  const named = new PartnerError('gateway', known.errorClass, known.reason + codeIn(error), known.retryAfterMs);
  return unknownWhen(writing && status >= 500, named);
}

function connectionError(cause: unknown, writing: boolean): PartnerError {
  if (codeOf(cause) === 'ETIMEDOUT') return unknownWhen(writing, timedOut('gateway'));
  return unknownWhen(writing && !neverSent.test(codeOf(cause)), networkError('gateway', cause));
}

/** The gateway's own code, which says more than the status: `charge_already_refunded`. Never its words. */
function codeIn(error: InstanceType<typeof Stripe.errors.StripeError>): string {
  const code = error.code ?? error.rawType;
  return typeof code === 'string' && /^[a-z][a-z0-9_]{1,60}$/.test(code) ? ` ${code}` : '';
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}

function unknownWhen(unknown: boolean, error: PartnerError): PartnerError {
  if (!unknown) return error;
  return new PartnerError(error.partner, error.errorClass, error.reason, error.retryAfterMs, { outcomeUnknown: true });
}
