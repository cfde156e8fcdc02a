import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import Stripe from 'stripe';
import { inTransaction } from '../database.ts';
import { invalid, missing } from './errors.ts';

/** What is kept, in the shapes that Stripe answers with, references as ids. */
export type Objects = {
  customer: Stripe.Customer;
  payment_method: Stripe.PaymentMethod;
  payment_intent: Stripe.PaymentIntent;
  setup_intent: Stripe.SetupIntent;
  charge: Stripe.Charge;
  refund: Stripe.Refund;
  dispute: Stripe.Dispute;
  balance_transaction: Stripe.BalanceTransaction;
  event: Stripe.Event;
  webhook_endpoint: Stripe.WebhookEndpoint;
  'test_helpers.test_clock': Stripe.TestHelpers.TestClock;
};
export type Kind = keyof Objects;

/** What Stripe knows of an object and never tells. */
export type Hidden = {
  /** A payment method: used without a customer, or detached, so never to be used again. */
  spent?: boolean;
  /** A payment method: the holder has agreed to payments off session. */
  setUp?: boolean;
  /** An intent: where its bank page sends the holder back to. */
  returnUrl?: string;
  /** A refund: what becomes of it, and when (epoch seconds of the gateway's clock). */
  settles?: { at: number; to: 'succeeded' | 'failed' };
};

export type Filter = {
  customer?: string | undefined;
  paymentIntent?: string | undefined;
  charge?: string | undefined;
  created?:
    | { gt?: number | undefined; gte?: number | undefined; lt?: number | undefined; lte?: number | undefined }
    | undefined;
  /** Fields of the object itself that must be equal. */
  fields?: Record<string, string | undefined>;
  types?: string[] | undefined;
};
export type Page = { limit: number; starting_after?: string | undefined; ending_before?: string | undefined };

export const gatewaySchema = `
  CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    customer TEXT, payment_intent TEXT, charge TEXT, body TEXT NOT NULL, hidden TEXT NOT NULL, settles_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
  CREATE INDEX IF NOT EXISTS objects_customer ON objects (customer, kind, seq) WHERE customer IS NOT NULL;
  CREATE INDEX IF NOT EXISTS objects_payment_intent ON objects (payment_intent, kind, seq) WHERE payment_intent IS NOT NULL;
  CREATE INDEX IF NOT EXISTS objects_charge ON objects (charge, kind, seq) WHERE charge IS NOT NULL;
  CREATE INDEX IF NOT EXISTS objects_settling ON objects (settles_at) WHERE settles_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS objects_event_about ON objects (body ->> '$.data.object.id') WHERE kind = 'event';
  CREATE TABLE IF NOT EXISTS idempotency_keys (
    key TEXT PRIMARY KEY, path TEXT NOT NULL, params TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    created INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS idempotency_keys_created ON idempotency_keys (created);
  CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), offset_ms INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, endpoint_id TEXT NOT NULL, state TEXT NOT NULL,
    due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, answer TEXT, tried_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at, id) WHERE state = 'waiting';
  CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event_id);
`;

type Row = { id: string; kind: Kind; body: string; hidden: string };
type Listener = (event: Stripe.Event) => void;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `pi_` and 24 letters and digits. */
export function newId(prefix: string, length = 24): string {
  return `${prefix}_${[...randomBytes(length)].map((byte) => alphabet[byte % alphabet.length]).join('')}`;
}

/** The account: its objects, its clock and the events of what happens to them. */
export class Store {
  readonly database: DatabaseSync;
  /** Set while a call runs: what its events say of their cause. */
  cause: { id: string | null; idempotency_key: string | null } = { id: null, idempotency_key: null };
  #listeners = new Set<Listener>();
  #offsetMs: number;

  constructor(database: DatabaseSync) {
    this.database = database;
    const row = database.prepare('SELECT offset_ms FROM clock').get() as { offset_ms: number } | undefined;
    this.#offsetMs = row?.offset_ms ?? 0;
  }

  /** Epoch seconds of the gateway's clock. */
  now(): number {
    return Math.floor((Date.now() + this.#offsetMs) / 1000);
  }

  /** Sets the clock, which then runs on from there; null puts it right. */
  setClock(now: number | null): void {
    this.#offsetMs = now === null ? 0 : now * 1000 - Date.now();
    this.database
      .prepare('INSERT INTO clock VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET offset_ms = ?1')
      .run(Math.round(this.#offsetMs));
  }

  insert<K extends Kind>(kind: K, object: Objects[K], hidden: Hidden = {}): Objects[K] {
    const { customer, paymentIntent, charge } = references(object);
    this.database
      .prepare(
        `INSERT INTO objects (id, kind, created, customer, payment_intent, charge, body, hidden, settles_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        object.id,
        kind,
        object.created,
        customer,
        paymentIntent,
        charge,
        JSON.stringify(object),
        JSON.stringify(hidden),
        hidden.settles?.at ?? null,
      );
    return object;
  }

  /** Writes the object as it is now; `hidden` replaces what is given of it. */
  update<T extends Objects[Kind]>(object: T, hidden: Partial<Hidden> = {}): T {
    const { customer, paymentIntent, charge } = references(object);
    const all = { ...this.hidden(object.id), ...hidden };
    this.database
      .prepare(
        'UPDATE objects SET body = ?, customer = ?, payment_intent = ?, charge = ?, hidden = ?, settles_at = ? WHERE id = ?',
      )
      .run(
        JSON.stringify(object),
        customer,
        paymentIntent,
        charge,
        JSON.stringify(all),
        all.settles?.at ?? null,
        object.id,
      );
    return object;
  }

  delete(id: string): void {
    this.database.prepare('DELETE FROM objects WHERE id = ?').run(id);
  }

  find<K extends Kind>(kind: K, id: string): Objects[K] | undefined {
    const row = this.database.prepare('SELECT * FROM objects WHERE id = ? AND kind = ?').get(id, kind);
    return row && this.#read<K>(row as Row);
  }

  /** Throws Stripe's `resource_missing`: 404 for the object of the path, 400 for one named in a parameter. */
  get<K extends Kind>(kind: K, id: string, param?: string): Objects[K] {
    const found = this.find(kind, id);
    if (!found) throw missing(kind === 'payment_method' ? 'PaymentMethod' : kind, id, param, param ? 400 : 404);
    return found;
  }

  /** Any object, for expanding. */
  findAny(id: string): Objects[Kind] | undefined {
    const row = this.database.prepare('SELECT * FROM objects WHERE id = ?').get(id);
    return row && this.#read(row as Row);
  }

  hidden(id: string): Hidden {
    const row = this.database.prepare('SELECT hidden FROM objects WHERE id = ?').get(id) as
      | { hidden: string }
      | undefined;
    return row ? (JSON.parse(row.hidden) as Hidden) : {};
  }

  /** Newest first, with whether there are more. */
  list<K extends Kind>(kind: K, filter: Filter, page: Page): { data: Objects[K][]; has_more: boolean } {
    const where = ['kind = ?'];
    const bound: (string | number)[] = [kind];
    const add = (condition: string, value: string | number | undefined) => {
      if (value === undefined) return;
      where.push(condition);
      bound.push(value);
    };
    add('customer = ?', filter.customer);
    add('payment_intent = ?', filter.paymentIntent);
    add('charge = ?', filter.charge);
    add('created > ?', filter.created?.gt);
    add('created >= ?', filter.created?.gte);
    add('created < ?', filter.created?.lt);
    add('created <= ?', filter.created?.lte);
    for (const [name, value] of Object.entries(filter.fields ?? {})) add(`body ->> '$.${name}' = ?`, value);
    if (filter.types) {
      where.push(`body ->> '$.type' IN (${filter.types.map(() => '?').join()})`);
      bound.push(...filter.types);
    }
    add('seq < ?', page.starting_after === undefined ? undefined : this.#seq(page.starting_after, 'starting_after'));
    add('seq > ?', page.ending_before === undefined ? undefined : this.#seq(page.ending_before, 'ending_before'));
    const backwards = page.ending_before !== undefined;
    const rows = this.database
      .prepare(`SELECT * FROM objects WHERE ${where.join(' AND ')} ORDER BY seq ${backwards ? 'ASC' : 'DESC'} LIMIT ?`)
      .all(...bound, page.limit + 1) as Row[];
    const data = rows.slice(0, page.limit).map((row) => this.#read<K>(row));
    return { data: backwards ? data.reverse() : data, has_more: rows.length > page.limit };
  }

  /** Refunds whose time has come, by the gateway's clock. */
  settling(): Objects['refund'][] {
    const rows = this.database
      .prepare('SELECT * FROM objects WHERE settles_at <= ? ORDER BY settles_at, seq')
      .all(this.now());
    return (rows as Row[]).map((row) => this.#read<'refund'>(row));
  }

  /** In how many ms of real time the next refund settles; undefined when none waits. */
  nextSettling(): number | undefined {
    const row = this.database.prepare('SELECT min(settles_at) AS at FROM objects WHERE settles_at IS NOT NULL').get();
    const at = (row as { at: number | null }).at;
    return at === null ? undefined : Math.max(0, at * 1000 - Date.now() - this.#offsetMs);
  }

  /** Records that something happened to an object, as it is now. */
  emit(type: string, object: Objects[Kind], previous?: Record<string, unknown>): Stripe.Event {
    const event = {
      id: newId('evt'),
      object: 'event',
      api_version: Stripe.API_VERSION,
      created: this.now(),
      data: { object, ...(previous ? { previous_attributes: previous } : {}) },
      livemode: false,
      pending_webhooks: 0,
      request: { ...this.cause },
      type,
      // The union of all event types says which object belongs to which type; here it is known by the caller only.
    } as unknown as Stripe.Event;
    this.insert('event', event);
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  /** Called in the transaction that emits. */
  onEvent(listener: Listener): void {
    this.#listeners.add(listener);
  }

  /** All of it or nothing. */
  all<T>(work: () => T): T {
    return this.database.isTransaction ? work() : inTransaction(this.database, work);
  }

  #seq(id: string, param: string): number {
    const row = this.database.prepare('SELECT seq FROM objects WHERE id = ?').get(id) as { seq: number } | undefined;
    if (!row) throw invalid(`No such object: '${id}'`, { code: 'resource_missing', param });
    return row.seq;
  }

  #read<K extends Kind>(row: Row): Objects[K] {
    const object = JSON.parse(row.body) as Objects[Kind];
    if (object.object === 'balance_transaction') {
      object.status = object.available_on <= this.now() ? 'available' : 'pending';
    }
    return object as Objects[K];
  }
}

function references(object: object): { customer: string | null; paymentIntent: string | null; charge: string | null } {
  const of = (name: string) => {
    const value: unknown = Reflect.get(object, name);
    return typeof value === 'string' ? value : null;
  };
  return { customer: of('customer'), paymentIntent: of('payment_intent'), charge: of('charge') ?? of('source') };
}
