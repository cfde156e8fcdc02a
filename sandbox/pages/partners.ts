import { type Fault, type FaultName, faultNames, faultsOf, type Partner, partners } from '../faults.ts';
import type { Reply } from '../http.ts';
import { type Markup, markup, page, time } from './markup.ts';
import type { Sources } from './sources.ts';

const about: Record<Partner, { name: string; what: string }> = {
  legacy: {
    name: 'Legacy database',
    what: 'A proxy in front of a real database. “Fail”, “Rate-limit”, “Refuse” and “Reject” cannot be told to a database client, so they close connections, as “Cut” does. “Fail after” loses the answer to a COMMIT, or to a write outside a transaction.',
  },
  crm: { name: 'CRM', what: 'Answers as HubSpot does.' },
  mail: { name: 'Mail', what: 'A real SMTP server.' },
  gateway: { name: 'Payment gateway', what: 'Answers as Stripe does, and sends signed webhooks.' },
  soap: { name: 'Certification body (SOAP)', what: '' },
  rest: { name: 'Certification body (REST)', what: '' },
  sftp: { name: 'Certification body (SFTP)', what: '' },
};

const labels: Record<FaultName, [name: string, meaning: string]> = {
  slow: ['Slow', 'answers after the delay'],
  fail: ['Fail', 'answers 500, mail 451'],
  'rate-limit': ['Rate-limit', 'answers 429 with Retry-After, mail 421'],
  refuse: ['Refuse', 'does not accept the credentials: 401, mail 535'],
  cut: ['Cut', 'breaks the connection off'],
  hang: ['Hang', 'takes the request and never answers; together with “Fail after” the work is done first'],
  'fail-after': ['Fail after', 'does the work, then answers 500 or breaks off'],
  reject: ['Reject', 'answers 400, mail 550'],
  'fail-once': [
    'Fail once',
    'answers 500 to the first request under each idempotency key, having done nothing; the next one works',
  ],
  'no-answer': ['No answer', 'does the work, then never answers: a time-out after success'],
  'webhook-first': ['Webhook first', 'answers only when the webhooks of the request have been delivered'],
  'webhook-twice': ['Webhook twice', 'delivers each webhook two times at once'],
  'webhook-disorder': ['Webhooks out of order', 'delivers the webhooks of a request last one first, the delay apart'],
  'webhook-late': ['Webhook late', 'delivers webhooks after the delay'],
  'webhook-bad-signature': ['Webhook badly signed', 'signs webhooks with the wrong key; they are tried again later'],
  'webhook-old': ['Webhook too old', 'signs webhooks for a time ten minutes ago; they are tried again later'],
  'webhook-off': ['No webhooks', 'delivers none, now or later, unless one is sent again by hand'],
};

/** The front page: each partner's state, its switches and its last requests. */
export function partnersPage(sources: Sources): Reply {
  const here = partners.filter((partner) => sources.addresses[partner]);
  const later = partners.filter((partner) => !sources.addresses[partner]).map((partner) => about[partner].name);
  const content = markup`
<p class="soft">The outside world of the demo. Switch a fault on and watch what Guildhall makes of it.</p>
${here.map((partner) => partnerCard(sources, partner))}
<details class="card"><summary>What the switches do</summary><dl>
${faultNames.map((fault) => markup`<dt>${labels[fault][0]}</dt><dd>${labels[fault][1]}</dd>`)}
</dl><p class="small soft">The same by HTTP: <code>POST /faults</code> with
<code>{"partner", "fault", "rate"?, "delayMs"?, "until"?}</code>, <code>GET /faults</code>, <code>DELETE /faults?partner=</code>,
<code>GET /requests?partner=</code>.</p></details>
${later.length > 0 && markup`<p class="small soft">Not running here: ${later.join(', ')}. Their faults are taken and touch nothing.</p>`}`;
  return page('Partners', '/', content);
}

function partnerCard(sources: Sources, partner: Partner): Markup {
  const on = sources.faults.list(partner);
  return markup`<section class="card" aria-labelledby="${partner}">
<div class="row between"><h2 id="${partner}">${about[partner].name}</h2>
<span class="small"><code>${sources.addresses[partner]}</code></span></div>
<p class="soft small">${about[partner].what}</p>
<form method="post" action="/switch">
<input type="hidden" name="partner" value="${partner}">
<div data-live><p class="row">${on.length === 0 ? markup`<span class="pill">Healthy</span>` : on.map(pill)}</p>
<div class="row">${faultsOf(partner).map((fault) => button(fault, on))}
${on.length > 0 && markup`<button class="main" name="fault" value="none">Make it healthy</button>`}</div></div>
<details><summary class="small">Options for the next switch</summary><div class="row">
<div><label for="${partner}-rate">Share of requests, %</label><input class="short" id="${partner}-rate" name="rate" type="number" min="0" max="100" step="any" placeholder="100"></div>
<div><label for="${partner}-delay">Delay (slow, late, out of order), ms</label><input class="short" id="${partner}-delay" name="delayMs" type="number" min="0" max="600000" placeholder="2000"></div>
<div><label for="${partner}-until">Ends after, seconds</label><input class="short" id="${partner}-until" name="until" type="number" min="1" placeholder="never"></div>
</div></details>
</form>
<div data-live>
${requests(sources, partner)}
</div>
</section>`;
}

function button(fault: FaultName, on: Fault[]): Markup {
  const pressed = on.some((active) => active.fault === fault) ? 'true' : 'false';
  return markup`<button name="fault" value="${fault}" aria-pressed="${pressed}" title="${labels[fault][1]}">${labels[fault][0]}</button>`;
}

function pill(fault: Fault): Markup {
  const details = [
    fault.fault === 'slow' && `${fault.delayMs} ms`,
    fault.rate < 1 && `${Math.round(fault.rate * 1_000) / 10} % of requests`,
    `${fault.hits} ${fault.hits === 1 ? 'hit' : 'hits'}`,
  ].filter((detail) => detail !== false);
  return markup`<span class="pill bad">${labels[fault.fault][0]}: ${details.join(', ')}${fault.until && markup`, until ${time(fault.until)}`}</span>`;
}

function requests(sources: Sources, partner: Partner): Markup {
  const lines = sources.log.list(partner);
  if (lines.length === 0) return markup`<p class="small soft">No requests yet.</p>`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Last requests to ${about[partner].name}"><table>
<thead><tr><th scope="col">Time (UTC)</th><th scope="col">Request</th><th scope="col">Answer</th><th scope="col">ms</th><th scope="col">Faults</th></tr></thead>
<tbody>${lines.map(
    (line) =>
      markup`<tr><td>${time(line.at)}</td><td>${line.method} <code>${line.path}</code></td><td>${line.status}</td><td>${line.ms}</td><td>${line.faults.join(', ')}</td></tr>`,
  )}</tbody></table></div>`;
}
