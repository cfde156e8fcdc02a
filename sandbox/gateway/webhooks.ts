import { createHmac } from 'node:crypto';
import type Stripe from 'stripe';
import { type FaultName, type Faults, webhookFaults } from '../faults.ts';
import type { RequestLog } from '../requests.ts';
import type { Store } from './store.ts';

/** `answer` is the receiver's status or what went wrong; times are epoch ms of the machine's clock, not the gateway's. */
export type Delivery = {
  id: number;
  event_id: string;
  endpoint_id: string;
  state: 'waiting' | 'delivered' | 'failed' | 'off';
  due_at: number;
  attempts: number;
  answer: string | null;
  tried_at: number | null;
};

/** Seconds until the next try; after the last one it is given up. Stripe's own take hours, which nobody would wait for here. */
const backOffSeconds = [1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600];
const patienceMs = 10_000;
const together = 8;
const oldSeconds = 600;
const timed: readonly FaultName[] = ['webhook-disorder', 'webhook-late', 'webhook-off'];
const atSending = webhookFaults.filter((fault) => !timed.includes(fault));

/** Tells endpoints what happened, signed, again and again until they answer 2xx. */
export class Webhooks {
  #store: Store;
  #faults: Faults;
  #log: RequestLog;
  #timer: NodeJS.Timeout | undefined;
  #sending = new Map<number, Promise<void>>();
  #closing = new AbortController();
  #made: number[] = [];

  constructor(store: Store, faults: Faults, log: RequestLog) {
    this.#store = store;
    this.#faults = faults;
    this.#log = log;
    store.onEvent((event) => this.#enlist(event));
    this.wake();
  }

  /** Sends what is due, and sets the alarm for what is not. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    clearTimeout(this.#timer);
    const now = Date.now();
    for (const delivery of this.#due(now)) {
      if (this.#sending.size >= together) return;
      this.#start(delivery);
    }
    const next = this.#store.database
      .prepare("SELECT min(due_at) AS at FROM deliveries WHERE state = 'waiting' AND due_at > ?")
      .get(now) as { at: number | null };
    if (next.at !== null) this.#timer = setTimeout(() => this.wake(), Math.min(next.at - now, 60_000));
  }

  /** Runs `work` in one transaction; `made` are the deliveries that it caused, with the faults that concern their times. */
  collect<T>(work: () => T): { result: T; made: number[] } {
    this.#made = [];
    const result = this.#store.all(work);
    const made = this.#made;
    made.forEach((id, index) => {
      this.#delay(id, made.length - index);
    });
    return { result, made };
  }

  /** Resolves when each has been tried once, whatever came of it; what is not due is not waited for. */
  async deliver(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      const delivery = this.find(id);
      if (delivery?.state === 'waiting' && delivery.due_at <= Date.now()) await this.#start(delivery);
    }
  }

  find(id: number): Delivery | undefined {
    return this.#store.database.prepare('SELECT * FROM deliveries WHERE id = ?').get(id) as Delivery | undefined;
  }

  /** Of one event, or the last ones of all. */
  list(eventId?: string): Delivery[] {
    const { database } = this.#store;
    const rows = eventId
      ? database.prepare('SELECT * FROM deliveries WHERE event_id = ? ORDER BY id').all(eventId)
      : database.prepare('SELECT * FROM deliveries ORDER BY id DESC LIMIT 100').all();
    return rows as Delivery[];
  }

  /** Sends an event again now, whatever became of it. Endpoints that were made since hear of it too. */
  resend(event: Stripe.Event): void {
    this.#store.database.prepare('DELETE FROM deliveries WHERE event_id = ?').run(event.id);
    this.#enlist(event);
    this.wake();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#sending.values());
  }

  #delay(id: number, placesFromLast: number): void {
    const drawn = this.#faults.draw('gateway', timed);
    if (drawn.names.length === 0) return;
    const steps = drawn.has('webhook-disorder') ? placesFromLast : 1;
    this.#store.database
      .prepare('UPDATE deliveries SET due_at = ?, state = ? WHERE id = ?')
      .run(Date.now() + drawn.delayMs * steps, drawn.has('webhook-off') ? 'off' : 'waiting', id);
  }

  #enlist(event: Stripe.Event): void {
    for (const endpoint of this.#store.list('webhook_endpoint', {}, { limit: 100 }).data) {
      const wanted = endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(event.type);
      if (!wanted || endpoint.status !== 'enabled') continue;
      const { lastInsertRowid } = this.#store.database
        .prepare("INSERT INTO deliveries (event_id, endpoint_id, state, due_at) VALUES (?, ?, 'waiting', ?)")
        .run(event.id, endpoint.id, Date.now());
      this.#made.push(Number(lastInsertRowid));
    }
  }

  #due(now: number): Delivery[] {
    const rows = this.#store.database
      .prepare("SELECT * FROM deliveries WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?")
      .all(now, 2 * together) as Delivery[];
    return rows.filter(({ id }) => !this.#sending.has(id));
  }

  #start(delivery: Delivery): Promise<void> {
    const running = this.#sending.get(delivery.id);
    if (running) return running;
    const sending = this.#attempt(delivery).finally(() => {
      this.#sending.delete(delivery.id);
      // The turn after next: whoever waits for this delivery sees it off the list first.
      setImmediate(() => this.wake());
    });
    this.#sending.set(delivery.id, sending);
    return sending;
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const event = this.#store.find('event', delivery.event_id);
    const endpoint = this.#store.find('webhook_endpoint', delivery.endpoint_id);
    if (!event || !endpoint) return this.#settle(delivery, 'failed', 'The endpoint is gone', 0);
    const startedAt = Date.now();
    const drawn = this.#faults.draw('gateway', atSending);
    const { answer, taken } = await this.#post(endpoint, event, {
      badly: drawn.has('webhook-bad-signature'),
      old: drawn.has('webhook-old'),
      times: drawn.has('webhook-twice') ? 2 : 1,
    });
    if (this.#closing.signal.aborted) return;
    const line = { method: 'WEBHOOK', path: event.type, status: answer, startedAt, faults: drawn.names };
    this.#log.add('gateway', line);
    const wait = backOffSeconds[delivery.attempts];
    if (taken) this.#settle(delivery, 'delivered', answer, 0);
    else if (wait === undefined) this.#settle(delivery, 'failed', answer, 0);
    else this.#settle(delivery, 'waiting', answer, wait * 1000);
  }

  async #post(
    endpoint: Stripe.WebhookEndpoint,
    event: Stripe.Event,
    how: { badly: boolean; old: boolean; times: number },
  ) {
    const body = JSON.stringify(event, null, 2);
    const at = Math.floor(Date.now() / 1000) - (how.old ? oldSeconds : 0);
    const secret = how.badly ? 'whsec_of_somebody_else' : (endpoint.secret ?? '');
    const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
    const once = () =>
      fetch(endpoint.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
          'stripe-signature': `t=${at},v1=${signature}`,
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(patienceMs), this.#closing.signal]),
      });
    try {
      const answers = await Promise.all(Array.from({ length: how.times }, once));
      await Promise.all(answers.map((answer) => answer.body?.cancel()));
      return { answer: answers.map(({ status }) => status).join(', '), taken: answers.every(({ ok }) => ok) };
    } catch (error) {
      return {
        answer: error instanceof Error && error.name === 'TimeoutError' ? 'no answer' : 'out of reach',
        taken: false,
      };
    }
  }

  #settle({ id }: Delivery, state: Delivery['state'], answer: string, waitMs: number): void {
    const now = Date.now();
    this.#store.database
      .prepare(
        'UPDATE deliveries SET state = ?, answer = ?, attempts = attempts + 1, tried_at = ?, due_at = ? WHERE id = ?',
      )
      .run(state, answer, now, now + waitMs, id);
  }
}
