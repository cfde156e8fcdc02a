import type { Reply, Request } from '../http.ts';
import { type Markup, markup, styled } from '../pages/markup.ts';
import { framePage, frameScript } from './frame.ts';
import { type Intent, returnTo } from './intents.ts';
import type { GatewayKeys } from './keys.ts';
import { finishAuthentication } from './payment-confirmations.ts';
import { finishSetupAuthentication } from './setup-intents.ts';
import type { Store } from './store.ts';

/** What a browser opens at the gateway, in the caller's transaction: the card frame, the bank's page. Undefined: not a page. */
export function answerPage(request: Request, store: Store, keys: GatewayKeys): Reply | undefined {
  if (request.url.pathname === '/frame') return framePage(request.url.searchParams, keys.publishableKey);
  if (request.url.pathname === '/frame.js') return frameScript();
  const [, id] = /^\/authenticate\/((?:pi|seti)_[A-Za-z0-9]+)$/.exec(request.url.pathname) ?? [];
  if (!id) return undefined;
  const intent = store.find('payment_intent', id) ?? store.find('setup_intent', id);
  if (!intent) return html(404, 'Not found', markup`<p>There is no such payment.</p>`);
  if (request.method !== 'POST') {
    return intent.status === 'requires_action'
      ? html(200, 'Confirm that it is you', question(intent))
      : html(200, 'Already answered', wayBack(store, intent));
  }
  const approved = new URLSearchParams(request.body).get('answer') === 'approve';
  const target =
    intent.object === 'payment_intent'
      ? finishAuthentication(store, intent, approved)
      : finishSetupAuthentication(store, intent, approved);
  if (target) return { status: 303, headers: { location: target } };
  return html(200, approved ? 'Approved' : 'Refused', markup`<p>You can close this page.</p>`);
}

function wayBack(store: Store, intent: Intent): Markup {
  const target = returnTo(store, intent, isDone(intent));
  return target === ''
    ? markup`<p>You can close this page.</p>`
    : markup`<p>Your answer has reached the shop.</p><p><a href="${target}">Back to the shop</a></p>`;
}

const isDone = ({ status }: Intent) =>
  status === 'succeeded' || status === 'requires_capture' || status === 'processing';

function question(intent: { object: string; amount?: number; currency?: string }): Markup {
  const what =
    intent.amount === undefined
      ? 'A card is being saved for later payments.'
      : `A payment of ${(intent.amount / 100).toFixed(2)} ${String(intent.currency).toUpperCase()} is waiting.`;
  return markup`<p>${what} This page stands for that of the card’s bank (3-D Secure).</p>
<form method="post"><button class="main" name="answer" value="approve">Approve</button>
<button name="answer" value="fail">Fail</button></form>`;
}

function html(status: number, title: string, content: Markup): Reply {
  const { text: body } = markup`<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link rel="icon" href="data:,">${styled(css)}</head>
<body><main><h1>${title}</h1>${content}</main></body></html>`;
  return { status, headers: { 'content-type': 'text/html;charset=utf-8', ...headers }, body };
}

// It may stand in a frame of the merchant's page, and its form leads back there: neither is restricted.
const headers = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

const css = `
:root { color-scheme: light dark; --page: #f6f7f7; --card: #fff; --ink: #16211f; --line: #52605d; --brand: #0b6b62; --on-brand: #fff; }
@media (prefers-color-scheme: dark) { :root { --page: #101615; --card: #18211f; --ink: #e6edeb; --line: #a3b2ae; --brand: #5cc7bb; --on-brand: #08211e; } }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 Inter, system-ui, sans-serif; }
main { max-width: 26em; margin: 24px auto; padding: 16px 24px; background: var(--card); border-radius: 10px; }
h1 { font-size: 22px; line-height: 1.25; }
button { font: inherit; min-height: 44px; padding: 6px 20px; margin: 0 8px 8px 0; border-radius: 6px; border: 1px solid var(--line); background: transparent; color: inherit; cursor: pointer; }
button.main { background: var(--brand); border-color: var(--brand); color: var(--on-brand); }
a { color: var(--brand); }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
`;
