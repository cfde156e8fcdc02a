import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../database.ts';
import { contactExists, invalidRequest, notFound, valueHeld, valueTaken } from './errors.ts';
import type { Properties, Values } from './properties.ts';

/** A contact; times are epoch ms. `values` holds what has been set, never an empty string. */
export type Contact = {
  id: number;
  values: Values;
  createdAt: number;
  updatedAt: number;
  archivedAt: number | null;
};
export type Write = { at: number; action: string; by: 'api' | 'person'; changes: Record<string, [string, string]> };

type Row = { id: number; properties: string; created_at: number; updated_at: number; archived_at: number | null };

export const contactSchema = `
  CREATE TABLE IF NOT EXISTS contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, properties TEXT NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, archived_at INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS contacts_updated ON contacts (updated_at, id);
  CREATE TABLE IF NOT EXISTS unique_values (
    property TEXT NOT NULL, value TEXT NOT NULL, contact_id INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    PRIMARY KEY (property, value)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS unique_values_contact ON unique_values (contact_id);
  CREATE TABLE IF NOT EXISTS writes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, contact_id INTEGER NOT NULL,
    action TEXT NOT NULL, written_by TEXT NOT NULL, changes TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS writes_contact ON writes (contact_id, id);
`;

/** The contacts of the account. Every method throws `CrmError` with HubSpot's own answer. */
export class Contacts {
  #database: DatabaseSync;
  #properties: Properties;

  constructor(database: DatabaseSync, properties: Properties) {
    this.#database = database;
    this.#properties = properties;
  }

  /** By record id, or by the value of a unique property. Archived contacts are found by id only, and only when asked for. */
  find(id: string, idProperty?: string, archived = false): Contact | undefined {
    const byId = !idProperty || idProperty === 'hs_object_id';
    const key = byId ? toId(id) : this.#owner(this.#unique(idProperty), id);
    const row = this.#database.prepare('SELECT * FROM contacts WHERE id = ?').get(key ?? nobody) as Row | undefined;
    return row && (row.archived_at !== null) === archived ? fromRow(row) : undefined;
  }

  create(values: Values, by: Write['by'] = 'api'): Contact {
    this.#properties.check(values);
    return this.#write(undefined, values, 'create', by);
  }

  update(id: string, values: Values, idProperty?: string, by: Write['by'] = 'api'): Contact {
    const contact = this.find(id, idProperty);
    if (!contact) throw notFound();
    this.#properties.check(values);
    return this.#write(contact, values, 'update', by);
  }

  /** Makes or updates by a unique property, so that a repeat makes no second contact. */
  upsert(id: string, values: Values, idProperty: string): { contact: Contact; created: boolean } {
    const named = { ...values, [this.#unique(idProperty)]: id };
    this.#properties.check(named);
    const contact = this.find(id, idProperty);
    return { contact: this.#write(contact, named, contact ? 'update' : 'create', 'api'), created: !contact };
  }

  /** Archiving what is not there is no error, as in HubSpot. */
  archive(id: string): void {
    const contact = this.find(id);
    if (!contact) return;
    this.#database
      .prepare('UPDATE contacts SET archived_at = ?1, updated_at = ?1 WHERE id = ?2')
      .run(Date.now(), contact.id);
    this.#database.prepare('DELETE FROM unique_values WHERE contact_id = ?').run(contact.id);
    this.#record(contact.id, 'archive', 'api', {});
  }

  /** Forgets the contact and every value ever written to it; what stays is that a deletion happened. */
  purge(id: string, idProperty?: string): void {
    const contact = this.find(id, idProperty) ?? (idProperty ? undefined : this.find(id, undefined, true));
    if (!contact) throw notFound();
    this.all(() => {
      this.#database.prepare('DELETE FROM unique_values WHERE contact_id = ?').run(contact.id);
      this.#database.prepare('DELETE FROM contacts WHERE id = ?').run(contact.id);
      this.#database.prepare("UPDATE writes SET changes = '{}' WHERE contact_id = ?").run(contact.id);
      this.#record(contact.id, 'gdpr-delete', 'api', {});
    });
  }

  /** By id, after the given one. */
  page(limit: number, after = 0, archived = false): Contact[] {
    const rows = this.#database
      .prepare('SELECT * FROM contacts WHERE id > ? AND (archived_at IS NOT NULL) = ? ORDER BY id LIMIT ?')
      .all(after, archived ? 1 : 0, limit);
    return (rows as Row[]).map(fromRow);
  }

  /** `where` and `order` are SQL made by the search, never by a client; live contacts only. */
  select(where: string, order: string, bound: (string | number)[], limit: number, offset: number) {
    const from = `FROM contacts WHERE archived_at IS NULL AND (${where})`;
    const { total } = this.#database.prepare(`SELECT count(*) AS total ${from}`).get(...bound) as { total: number };
    const rows = this.#database
      .prepare(`SELECT * ${from} ORDER BY ${order} LIMIT ? OFFSET ?`)
      .all(...bound, limit, offset);
    return { total, contacts: (rows as Row[]).map(fromRow) };
  }

  /** The last hundred writes to a contact, newest first. */
  writes(contactId: number): Write[] {
    const rows = this.#database
      .prepare('SELECT at, action, written_by, changes FROM writes WHERE contact_id = ? ORDER BY id DESC LIMIT 100')
      .all(contactId) as { at: number; action: string; written_by: Write['by']; changes: string }[];
    return rows.map(({ at, action, written_by, changes }) => ({
      at,
      action,
      by: written_by,
      changes: JSON.parse(changes),
    }));
  }

  /** All of it or nothing. */
  all<T>(work: () => T): T {
    return this.#database.isTransaction ? work() : inTransaction(this.#database, work);
  }

  #write(before: Contact | undefined, given: Values, action: string, by: Write['by']): Contact {
    return this.all(() => {
      const now = Date.now();
      const values = merged(before?.values ?? {}, given);
      const changes = changed(before?.values ?? {}, values);
      if (before && Object.keys(changes).length === 0) return before;
      const row = before
        ? this.#database
            .prepare('UPDATE contacts SET properties = ?, updated_at = max(?, updated_at + 1) WHERE id = ? RETURNING *')
            .get(JSON.stringify(values), now, before.id)
        : this.#database
            .prepare('INSERT INTO contacts (properties, created_at, updated_at) VALUES (?1, ?2, ?2) RETURNING *')
            .get(JSON.stringify(values), now);
      const contact = fromRow(row as Row);
      this.#claim(contact, changes, before !== undefined && by === 'api');
      this.#record(contact.id, action, by, changes);
      return contact;
    });
  }

  #claim(contact: Contact, changes: Write['changes'], updated: boolean): void {
    for (const property of this.#properties.unique()) {
      if (!changes[property]) continue;
      const value = contact.values[property];
      const owner = value === undefined ? undefined : this.#owner(property, value);
      if (owner !== undefined && owner !== contact.id) {
        if (updated) throw valueHeld(property, value ?? '', contact.id, owner);
        throw property === 'email' ? contactExists(owner) : valueTaken(property, owner);
      }
      this.#database
        .prepare('DELETE FROM unique_values WHERE contact_id = ? AND property = ?')
        .run(contact.id, property);
      if (value === undefined) continue;
      this.#database
        .prepare('INSERT INTO unique_values VALUES (?, ?, ?)')
        .run(property, folded(property, value), contact.id);
    }
  }

  #owner(property: string, value: string): number | undefined {
    const row = this.#database
      .prepare('SELECT contact_id FROM unique_values WHERE property = ? AND value = ?')
      .get(property, folded(property, value)) as { contact_id: number } | undefined;
    return row?.contact_id;
  }

  #unique(property: string): string {
    if (this.#properties.unique().includes(property)) return property;
    throw invalidRequest(`Property "${property}" is not a unique identifier property of contacts`);
  }

  #record(contactId: number, action: string, by: Write['by'], changes: Write['changes']): void {
    this.#database
      .prepare('INSERT INTO writes (at, contact_id, action, written_by, changes) VALUES (?, ?, ?, ?, ?)')
      .run(Date.now(), contactId, action, by, JSON.stringify(changes));
  }
}

function fromRow(row: Row): Contact {
  return {
    id: row.id,
    values: JSON.parse(row.properties) as Values,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    archivedAt: row.archived_at,
  };
}

/** An empty string clears a value; addresses are kept in lower case, as HubSpot does. */
function merged(before: Values, given: Values): Values {
  const email = given.email === undefined ? {} : { email: given.email.toLowerCase() };
  const all = Object.entries({ ...before, ...given, ...email });
  return Object.fromEntries(all.filter(([, value]) => value !== ''));
}

function changed(before: Values, after: Values): Write['changes'] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const different = [...names].filter((name) => (before[name] ?? '') !== (after[name] ?? ''));
  return Object.fromEntries(different.map((name) => [name, [before[name] ?? '', after[name] ?? '']]));
}

const nobody = -1;
const toId = (id: string) => (/^\d{1,15}$/.test(id) ? Number(id) : nobody);
const folded = (property: string, value: string) => (property === 'email' ? value.toLowerCase() : value);
