import type Stripe from 'stripe';
import type { WebhookVerdict } from './gateway.ts';
import { toEvent } from './shapes.ts';

const toleranceSeconds = 300;

export function verdictOf(
  stripe: Stripe,
  rawBody: string | Uint8Array,
  header: string | null | undefined,
  secret: string,
): WebhookVerdict {
  const body = typeof rawBody === 'string' ? rawBody : Buffer.from(rawBody);
  const given = header ?? '';
  if (!verified(() => stripe.webhooks.signature?.verifyHeader(body, given, secret, Number.MAX_SAFE_INTEGER))) {
    return { ok: false, reason: 'bad_signature' };
  }
  // The SDK has one error for both: asked again with the tolerance, what is left is the age.
  if (!verified(() => stripe.webhooks.signature?.verifyHeader(body, given, secret, toleranceSeconds))) {
    return { ok: false, reason: 'too_old' };
  }
  try {
    const event = stripe.webhooks.constructEvent(body, given, secret, toleranceSeconds);
    return { ok: true, event: toEvent(event) };
  } catch {
    return { ok: false, reason: 'unreadable' };
  }
}

function verified(check: () => boolean | undefined): boolean {
  try {
    return check() === true;
  } catch {
    return false;
  }
}
