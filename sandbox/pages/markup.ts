import type { Reply } from '../http.ts';

/** Markup that is safe to send; everything else that goes into a template is escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
type Part = Markup | string | number | false | null | undefined | Part[];

/** A template whose values are escaped, unless they are markup themselves. */
export function markup(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(
    strings.reduce((text, string, index) => text + string + (index < parts.length ? shown(parts[index]) : ''), ''),
  );
}

export function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A style sheet of our own, as it stands. */
export function styled(css: string): Markup {
  return new Markup(`<style>${css}</style>`);
}

/** A moment for reading: exact in the machine's form, short in the visible one (UTC). */
export function time(iso: string): Markup {
  const short = `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
  return markup`<time datetime="${iso}" title="${iso}">${short}</time>`;
}

/** A whole page. What is marked `data-live` follows the server by itself, and is announced when its text changes. */
export function page(title: string, current: string, content: Markup, status = 200): Reply {
  const links = [
    ['/', 'Partners'],
    ['/mail', 'Mailbox'],
    ['/crm/contacts', 'CRM contacts'],
    ['/gateway', 'Payments'],
  ].map(
    ([href = '', name]) =>
      markup`<a href="${href}" ${href === current && new Markup('aria-current="page"')}>${name}</a>`,
  );
  const whole = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Guildhall sandbox</title>
<link rel="icon" href="data:,">
<style>${new Markup(css)}</style>
<script src="/live.js" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="top"><span class="brand">Sandbox</span><nav aria-label="Sandbox">${links}</nav></header>
<main id="content">
<h1>${title}</h1>
${content}
</main>
<p id="said" class="hidden" role="status"></p>
</body>
</html>`;
  return { status, headers: { 'content-type': 'text/html;charset=utf-8', ...pageHeaders }, body: whole.text };
}

/** Refreshes what is marked `data-live` every two seconds, unless somebody works inside it or the tab is hidden. */
export const liveScript = `
const said = document.getElementById('said');
function follow(live, next) {
  if (!next || next.innerHTML === live.innerHTML || live.contains(document.activeElement)) return;
  const scrolled = live.querySelector('.scroll')?.scrollTop ?? 0;
  live.innerHTML = next.innerHTML;
  live.querySelector('.scroll')?.scrollTo(0, scrolled);
  if (next.dataset.live && next.dataset.live !== live.dataset.live) said.textContent = next.dataset.live;
  live.dataset.live = next.dataset.live;
}
async function refresh() {
  const parts = [...document.querySelectorAll('[data-live]')];
  if (parts.length === 0 || document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelectorAll('[data-live]');
    if (next.length === parts.length) parts.forEach((part, index) => follow(part, next[index]));
  } catch {
    // The sandbox is restarting: the next turn tries again.
  }
}
setInterval(refresh, 2000);
`;

// Mails are shown in frames that inherit this policy: their own styles work, scripts and remote content do not.
const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

const css = `
:root { color-scheme: light dark; --page: #f6f7f7; --card: #fff; --ink: #16211f; --soft: #52605d; --line: #d5dcda; --brand: #0b6b62;
  --on-brand: #fff; --bad: #a3261c; --bad-back: #fdecea; --good: #17653b; --good-back: #e6f4ec; }
@media (prefers-color-scheme: dark) { :root { --page: #101615; --card: #18211f; --ink: #e6edeb; --soft: #a3b2ae; --line: #33403d; --brand: #5cc7bb;
  --on-brand: #08211e; --bad: #ff9d93; --bad-back: #3a1b18; --good: #86d9a8; --good-back: #163324; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 Inter, system-ui, sans-serif; }
main, .top { max-width: 1100px; margin: 0 auto; padding: 0 16px; }
.top { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: center; padding-top: 12px; padding-bottom: 12px; }
.brand { font-weight: 700; color: var(--brand); }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; }
nav a { padding: 4px 2px; text-decoration: none; color: var(--soft); border-bottom: 2px solid transparent; }
nav a[aria-current] { color: var(--ink); border-color: var(--brand); }
h1 { font-size: 24px; line-height: 1.25; margin: 16px 0; overflow-wrap: anywhere; } h2 { font-size: 17px; margin: 0; } h3 { font-size: 14px; margin: 16px 0 8px; }
a { color: var(--brand); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; margin: 0 0 16px; }
.row { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: end; }
.between { justify-content: space-between; align-items: center; }
.soft { color: var(--soft); margin: 4px 0 12px; } .small { font-size: 13px; }
.pill { font-size: 13px; padding: 2px 10px; border-radius: 99px; background: var(--good-back); color: var(--good); }
.pill.bad { background: var(--bad-back); color: var(--bad); }
.pill::before { content: '● '; font-size: 10px; }
label { display: block; font-size: 13px; color: var(--soft); }
input { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--soft); border-radius: 6px; padding: 6px 8px; min-height: 36px; max-width: 100%; }
input.short { width: 7.5em; }
.field input { width: 100%; }
button, .button { font: inherit; min-height: 36px; padding: 5px 12px; border-radius: 6px; border: 1px solid var(--soft); background: transparent; color: var(--ink); cursor: pointer;
  text-decoration: none; display: inline-block; }
button[aria-pressed=true] { background: var(--bad-back); color: var(--bad); border-color: var(--bad); font-weight: 600; }
button.main { background: var(--brand); border-color: var(--brand); color: var(--on-brand); }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
.scroll { overflow-x: auto; max-height: 320px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
td.wide { white-space: normal; overflow-wrap: anywhere; min-width: 12em; }
code { font: 13px/1.4 ui-monospace, monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; margin: 0; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(240px, 100%), 1fr)); gap: 12px; }
.list { list-style: none; margin: 0; padding: 0; }
.list a { display: block; padding: 10px 0; border-bottom: 1px solid var(--line); color: inherit; text-decoration: none; overflow-wrap: anywhere; }
.list a:hover strong { text-decoration: underline; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 16px; margin: 0 0 16px; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 640px; border: 1px solid var(--line); border-radius: 8px; background: #fff; color-scheme: light; }
summary { cursor: pointer; padding: 6px 0; }
.tabs a[aria-current] { background: var(--brand); border-color: var(--brand); color: var(--on-brand); }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip { position: absolute; left: -999px; } .skip:focus { position: static; }
`;

/** What went wrong, above a form. */
export function problemNote(problem: string): Markup {
  return markup`<p class="card" role="alert">Nothing was saved. ${problem}</p>`;
}

function shown(part: Part): string {
  if (part === undefined || part === null || part === false) return '';
  if (Array.isArray(part)) return part.map(shown).join('');
  return part instanceof Markup ? part.text : escaped(String(part));
}
