/** On every answer of ours, API and pages alike. HSTS is ignored by browsers over plain HTTP. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(self), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** For answers that are data: nothing in them may run, be framed or be kept. */
export const dataHeaders: Readonly<Record<string, string>> = {
  ...securityHeaders,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/** What a page may load of others: the payment service's card frame, and nothing else. */
interface CardSources {
  frame: string;
  script: string;
  connect: string;
}

/** Our settings say whose frame a card's number is typed into: one with an address of its own, else Stripe's. */
export function cardSourcesOf(settings: {
  STRIPE_FRAME_URL?: string | undefined;
  STRIPE_PUBLISHABLE_KEY?: string | undefined;
}): CardSources {
  if (settings.STRIPE_FRAME_URL) return { frame: new URL(settings.STRIPE_FRAME_URL).origin, script: '', connect: '' };
  if (!settings.STRIPE_PUBLISHABLE_KEY) return { frame: "'none'", script: '', connect: '' };
  const scripts = 'https://js.stripe.com https://*.js.stripe.com';
  return { frame: `${scripts} https://hooks.stripe.com`, script: ` ${scripts}`, connect: ' https://api.stripe.com' };
}

/**
 * For pages. Scripts run by nonce alone. Mantine writes `style=""` attributes, hence `style-src-attr`; the development
 * server evaluates what it compiles and talks over a web socket.
 */
export function pagePolicy(nonce: string, development: boolean, cards: CardSources): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${cards.script}${development ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${cards.connect}${development ? ' ws: wss:' : ''}`,
    `frame-src ${cards.frame}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
