import type { Reply } from '../http.ts';
import { type Markup, markup, styled } from '../pages/markup.ts';
import { type Brand, brands } from './card-brands.ts';

/**
 * The card frame: fields whose values never leave it. It stands in a page of `parent`, an origin, and speaks to that origin alone.
 * docs/gateway.md has its protocol.
 */
export function framePage(query: URLSearchParams, publishableKey: string): Reply {
  const parent = originOf(query.get('parent'));
  if (!parent) return plain(400, 'The parameter “parent” must be the origin of the page that holds this frame.');
  if (query.get('publishable_key') !== publishableKey) return plain(401, 'The publishable key is not known.');
  const theme = query.get('theme') === 'dark' || query.get('theme') === 'light' ? query.get('theme') : '';
  const content = markup`<!doctype html>
<html lang="en" data-theme="${theme}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Card details</title>
<link rel="icon" href="data:,">${styled(css)}<script src="/frame.js" defer></script></head>
<body data-parent="${parent}" data-key="${publishableKey}">
<form novalidate autocomplete="on" aria-label="Card details">
${field('number', 'Card number', 'cc-number', '1234 1234 1234 1234', 'wide')}
${field('expiry', 'Expiry date', 'cc-exp', 'MM / YY')}
${field('cvc', 'Security code', 'cc-csc', 'CVC')}
<button hidden></button>
</form>
<p id="brand" class="hidden" role="status"></p>
</body></html>`;
  return {
    status: 200,
    headers: {
      'content-type': 'text/html;charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors ${parent}`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
    body: content.text,
  };
}

export function frameScript(): Reply {
  const headers = { 'content-type': 'text/javascript;charset=utf-8', 'x-content-type-options': 'nosniff' };
  return {
    status: 200,
    headers,
    body: `const brands = ${JSON.stringify(brands satisfies readonly Brand[])};\n${script}`,
  };
}

function field(name: string, label: string, autocomplete: string, placeholder: string, kind = ''): Markup {
  return markup`<div class="field ${kind}"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" inputmode="numeric" autocomplete="${autocomplete}" placeholder="${placeholder}" aria-describedby="${name}-error" required spellcheck="false">
<p id="${name}-error" class="error" aria-live="polite"></p></div>`;
}

function originOf(text: string | null): string | undefined {
  const url = URL.canParse(text ?? '') ? new URL(text ?? '') : undefined;
  return url && /^https?:$/.test(url.protocol) ? url.origin : undefined;
}

function plain(status: number, text: string): Reply {
  return { status, headers: { 'content-type': 'text/plain;charset=utf-8' }, body: text };
}

const script = `
const { parent: parentOrigin, key } = document.body.dataset;
const form = document.querySelector('form');
const fields = { number: form.number, expiry: form.expiry, cvc: form.cvc };
const digits = (text) => text.replace(/\\D/g, '');
const brandOf = (number) => brands.find(({ starts }) => starts.some((start) => number.startsWith(start)));
const send = (message) => window.parent.postMessage({ from: 'card-frame', ...message }, parentOrigin);

function passesLuhn(number) {
  let sum = 0;
  [...number].reverse().forEach((character, index) => {
    const value = Number(character) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
}

/** What is wrong with each field: '' when it is right, undefined while it is not finished. */
function verdicts() {
  const number = digits(fields.number.value);
  const brand = brandOf(number);
  const lengths = brand?.lengths ?? [16];
  const [month, year] = [Number(digits(fields.expiry.value).slice(0, 2)), digits(fields.expiry.value).slice(2, 4)];
  const cvc = digits(fields.cvc.value);
  const now = new Date();
  const months = (2000 + Number(year)) * 12 + month;
  return {
    number: !lengths.includes(number.length) ? undefined : passesLuhn(number) ? '' : 'Your card number is incorrect.',
    expiry:
      digits(fields.expiry.value).length >= 2 && (month < 1 || month > 12) ? 'The month must be from 01 to 12.'
      : year.length < 2 ? undefined
      : months < now.getUTCFullYear() * 12 + now.getUTCMonth() + 1 ? 'Your card has expired.'
      : '',
    cvc: cvc.length === (brand?.cvc ?? 3) ? '' : undefined,
  };
}

const unfinished = {
  number: 'Your card number is incomplete.',
  expiry: 'The expiry date is incomplete.',
  cvc: 'The security code is incomplete.',
};
let last = '';
let busy = false;

function show(name, text) {
  document.getElementById(name + '-error').textContent = text;
  if (text) fields[name].setAttribute('aria-invalid', 'true');
  else fields[name].removeAttribute('aria-invalid');
}

/** Errors show when a field is left, or when one asks for the token; they go as soon as they are mended. */
function check(strict, only) {
  const found = verdicts();
  for (const name of Object.keys(fields)) {
    const typed = fields[name].value !== '';
    const text = found[name] ?? (strict && (typed || !only) ? unfinished[name] : '');
    if (found[name] === '' || found[name] || (strict && (!only || only === name))) show(name, text);
  }
  return Object.values(found).every((verdict) => verdict === '');
}

function tell() {
  const complete = Object.values(verdicts()).every((verdict) => verdict === '');
  const error = Object.keys(fields).map((name) => document.getElementById(name + '-error').textContent).find(Boolean) ?? null;
  const empty = Object.values(fields).every((input) => input.value === '');
  const brand = brandOf(digits(fields.number.value))?.name ?? null;
  const message = { type: 'change', complete, empty, brand, error };
  if (JSON.stringify(message) === last) return;
  last = JSON.stringify(message);
  document.getElementById('brand').textContent = brand && fields.number.value.length > 3 ? brand : '';
  send(message);
}

function grouped(number) {
  const sizes = brandOf(number)?.groups ?? [4, 4, 4, 4];
  let rest = number.slice(0, Math.max(...(brandOf(number)?.lengths ?? [16])));
  const parts = [];
  for (const size of sizes) {
    if (rest) parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return [...parts, rest].filter(Boolean).join(' ');
}

function format(name, raw, deleting) {
  const typed = digits(raw);
  if (name === 'number') return grouped(typed);
  if (name === 'cvc') return typed.slice(0, 4);
  const padded = /^[2-9]$/.test(typed) ? '0' + typed : typed;
  // Autofill may give four digits of the year.
  const short = padded.length === 6 && padded.slice(2, 4) === '20' ? padded.slice(0, 2) + padded.slice(4) : padded.slice(0, 4);
  if (short.length > 2) return short.slice(0, 2) + ' / ' + short.slice(2);
  return short.length === 2 && !deleting ? short + ' / ' : short;
}

for (const [name, input] of Object.entries(fields)) {
  input.addEventListener('input', (event) => {
    const deleting = (event.inputType ?? '').startsWith('delete');
    const before = digits(input.value.slice(0, input.selectionStart)).length;
    const atEnd = input.selectionStart === input.value.length;
    input.value = format(name, input.value, deleting);
    if (!atEnd) {
      let place = 0;
      for (let seen = 0; seen < before && place < input.value.length; place += 1) if (/\\d/.test(input.value[place])) seen += 1;
      input.setSelectionRange(place, place);
    }
    check(false);
    if (document.getElementById(name + '-error').textContent && verdicts()[name] === undefined) show(name, '');
    tell();
  });
  input.addEventListener('focus', () => send({ type: 'focus', field: name }));
  input.addEventListener('blur', () => {
    if (input.value) check(true, name);
    tell();
    send({ type: 'blur', field: name });
  });
}

async function tokenise(requestId) {
  if (busy) return;
  const fail = (code, message) => send({ type: 'failed', requestId, error: { code, message } });
  if (!check(true)) {
    tell();
    const wrong = Object.keys(fields).find((name) => document.getElementById(name + '-error').textContent);
    fields[wrong]?.focus();
    return fail('incomplete', document.getElementById(wrong + '-error').textContent);
  }
  busy = true;
  const [month, year] = fields.expiry.value.split(' / ');
  const body = new URLSearchParams({
    type: 'card', 'card[number]': digits(fields.number.value), 'card[exp_month]': String(Number(month)),
    'card[exp_year]': '20' + year, 'card[cvc]': fields.cvc.value,
  });
  try {
    const answer = await fetch('/v1/payment_methods', { method: 'POST', headers: { authorization: 'Bearer ' + key }, body });
    const made = await answer.json();
    if (answer.ok) {
      const { brand, last4, exp_month: expMonth, exp_year: expYear } = made.card;
      return send({ type: 'tokenised', requestId, paymentMethodId: made.id, card: { brand, last4, expMonth, expYear } });
    }
    const { code, message, param } = made.error;
    show({ number: 'number', exp_month: 'expiry', exp_year: 'expiry', cvc: 'cvc' }[param] ?? 'number', message);
    tell();
    fail(code ?? made.error.type, message);
  } catch {
    fail('unavailable', 'The payment provider could not be reached. Nothing was charged. Try again in a moment.');
  } finally {
    busy = false;
  }
}

window.addEventListener('message', ({ origin, source, data }) => {
  if (origin !== parentOrigin || source !== window.parent || data?.to !== 'card-frame') return;
  if (data.type === 'tokenise') tokenise(data.requestId);
  if (data.type === 'focus') fields.number.focus();
  if (data.type === 'theme') document.documentElement.dataset.theme = data.theme === 'dark' || data.theme === 'light' ? data.theme : '';
  if (data.type === 'disable') for (const input of Object.values(fields)) input.disabled = data.disabled === true;
  if (data.type === 'clear') {
    for (const [name, input] of Object.entries(fields)) {
      input.value = '';
      show(name, '');
    }
    tell();
  }
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  send({ type: 'submit' });
});
new ResizeObserver(() => send({ type: 'height', height: document.documentElement.offsetHeight })).observe(document.documentElement);
send({ type: 'ready' });
`;

const css = `
:root { color-scheme: light; --field: #fff; --ink: #16211f; --soft: #52605d; --line: #7b8986; --brand: #0b6b62; --bad: #a3261c; }
:root[data-theme=dark] { color-scheme: dark; --field: #181d20; --ink: #e6edeb; --soft: #a3b2ae; --line: #71827d; --brand: #5cc7bb; --bad: #ff9d93; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { color-scheme: dark; --field: #181d20; --ink: #e6edeb; --soft: #a3b2ae; --line: #71827d; --brand: #5cc7bb; --bad: #ff9d93; } }
* { box-sizing: border-box; }
html { background: var(--field); }
body { margin: 0; padding: 4px; color: var(--ink); font: 16px/1.5 Inter, system-ui, sans-serif; }
form { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
.wide { grid-column: 1 / -1; }
label { display: block; font-size: 14px; font-weight: 500; margin-bottom: 4px; }
input { font: inherit; font-variant-numeric: tabular-nums; width: 100%; min-height: 44px; padding: 8px 12px; color: inherit; background: var(--field); border: 1px solid var(--line); border-radius: 8px; }
input::placeholder { color: var(--soft); opacity: 1; }
input:focus-visible { outline: 3px solid var(--brand); outline-offset: 1px; }
input[aria-invalid] { border-color: var(--bad); }
input:disabled { opacity: 0.6; }
.error { margin: 4px 0 0; font-size: 14px; color: var(--bad); }
.error:empty { margin: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;
