import type { Reply } from '../http.ts';
import type { MailStore, Message } from '../mail/store.ts';
import { type Markup, markup, page, time } from './markup.ts';

const shown = 200;

/** The list of messages, for one recipient when `to` is a whole address, else for all addresses that contain it. */
export function mailboxPage(store: MailStore, to: string): Reply {
  const messages = listed(store, to);
  const content = markup`
<form class="card row" method="get" action="/mail" role="search">
<div class="field"><label for="to">Recipient</label><input id="to" name="to" type="search" value="${to}" list="addresses" autocomplete="off"></div>
<datalist id="addresses">${store.addresses('').map((address) => markup`<option value="${address}"></option>`)}</datalist>
<button class="main">Show</button> ${to && markup`<a class="button" href="/mail">All mail</a>`}
</form>
<section class="card" aria-label="Messages" data-live="${newest(messages)}">
<p class="soft small">${count(messages.length)}${messages.length === shown && ' (the newest)'}, newest first. This list follows by itself.</p>
<ul class="list">${messages.map(entry)}</ul>
</section>`;
  return page('Mailbox', '/mail', content);
}

/** One message: the HTML part in a frame that can run nothing, or its text. */
export function messagePage(message: Message, as: 'html' | 'text'): Reply {
  const showHtml = as === 'html' && message.html !== null;
  const content = markup`
<div class="card">
<dl><dt>To</dt><dd>${message.to}</dd><dt>From</dt><dd>${message.from}</dd><dt>Received</dt><dd>${time(message.receivedAt)} UTC</dd>
<dt>Message-ID</dt><dd><code>${message.messageId ?? 'none'}</code></dd>
<dt>Deliveries</dt><dd>${message.deliveries}${message.deliveries > 1 && ' (the same Message-ID came again and is shown once)'}</dd></dl>
<p class="row tabs">${message.html !== null && tab(message, 'html', showHtml)}${tab(message, 'text', !showHtml)}
<a href="/mail?to=${encodeURIComponent(message.to)}">All mail to this person</a></p>
${showHtml ? frame(message) : markup`<pre>${message.text || 'This message has no text part.'}</pre>`}
</div>`;
  return page(message.subject || '(no subject)', '/mail', content);
}

function listed(store: MailStore, to: string): Message[] {
  if (!to) return store.list({ limit: shown });
  const exact = store.list({ to, limit: shown });
  if (exact.length > 0) return exact;
  const some = store.addresses(to).flatMap((address) => store.list({ to: address, limit: shown }));
  const unique = [...new Map(some.map((message) => [message.id, message])).values()];
  return unique.sort((a, b) => b.id - a.id).slice(0, shown);
}

function entry(message: Message): Markup {
  return markup`<li><a href="/mail/${message.id}"><strong>${message.subject || '(no subject)'}</strong><br>
<span class="small soft">To ${message.to} · ${time(message.receivedAt)}${message.deliveries > 1 && ` · delivered ${message.deliveries} times`}</span></a></li>`;
}

function tab(message: Message, as: 'html' | 'text', current: boolean): Markup {
  const name = as === 'html' ? 'HTML' : 'Text';
  const href = `/mail/${message.id}?as=${as}`;
  return current
    ? markup`<a class="button" href="${href}" aria-current="true">${name}</a>`
    : markup`<a class="button" href="${href}">${name}</a>`;
}

function frame(message: Message): Markup {
  const document = `<base target="_blank">${message.html}`;
  return markup`<iframe title="The message as HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${document}"></iframe>`;
}

function newest(messages: Message[]): string {
  return messages[0] ? `Newest message: ${messages[0].subject}` : '';
}

const count = (n: number) => (n === 0 ? 'No messages' : n === 1 ? '1 message' : `${n} messages`);
