import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../database.ts';

/** A message in the mailbox. `to`: the envelope's recipients, joined by `, `. `receivedAt`: ISO UTC of the first delivery. */
export type Message = {
  id: number;
  messageId: string | null;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string | null;
  receivedAt: string;
  deliveries: number;
};
export type Delivery = {
  messageId: string | null;
  from: string;
  recipients: string[];
  subject: string;
  text: string;
  html: string | null;
};
export type MessageFilter = { to?: string; afterId?: number; afterTime?: string; limit?: number };

const schema = `
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT, sender TEXT NOT NULL, recipients TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT, received_at TEXT NOT NULL, deliveries INTEGER NOT NULL DEFAULT 1,
    UNIQUE (message_id, recipients)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS recipients (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE, address TEXT NOT NULL, PRIMARY KEY (address, message)
  ) STRICT, WITHOUT ROWID;
`;
const columns = `messages.id, message_id AS messageId, sender AS "from", recipients AS "to", subject, text, html,
  received_at AS receivedAt, deliveries`;

/** What arrived by mail. A second delivery of the same Message-ID to the same recipients is counted, not kept twice. */
export class MailStore {
  #database: DatabaseSync;

  constructor(dataDir: string) {
    this.#database = openDatabase(dataDir, 'mail', schema);
  }

  add(delivery: Delivery): void {
    const recipients = [...new Set(delivery.recipients.map((address) => address.toLowerCase()))].sort();
    const { id } = this.#database
      .prepare(
        `INSERT INTO messages (message_id, sender, recipients, subject, text, html, received_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET deliveries = deliveries + 1 RETURNING id`,
      )
      .get(
        delivery.messageId,
        delivery.from,
        recipients.join(', '),
        delivery.subject,
        delivery.text,
        delivery.html,
        new Date().toISOString(),
      ) as { id: number };
    const address = this.#database.prepare(
      'INSERT INTO recipients (message, address) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    for (const recipient of recipients) address.run(id, recipient);
  }

  /** Newest first, at most `limit` (1000). `to` is a whole address, whatever its case. */
  list({ to, afterId, afterTime, limit = 1_000 }: MessageFilter = {}): Message[] {
    return this.#database
      .prepare(
        `SELECT ${columns} FROM messages
         WHERE (?1 IS NULL OR messages.id IN (SELECT message FROM recipients WHERE address = ?1))
           AND messages.id > ?2 AND received_at > ?3
         ORDER BY messages.id DESC LIMIT ?4`,
      )
      .all(to?.toLowerCase() ?? null, afterId ?? 0, afterTime ?? '', limit) as Message[];
  }

  get(id: number): Message | undefined {
    return this.#database.prepare(`SELECT ${columns} FROM messages WHERE id = ?`).get(id) as Message | undefined;
  }

  count(): number {
    return (this.#database.prepare('SELECT count(*) AS n FROM messages').get() as { n: number }).n;
  }

  /** Addresses containing the text, those that got mail last first; for the mailbox's filter. */
  addresses(containing: string, limit = 50): string[] {
    const rows = this.#database
      .prepare(
        'SELECT address FROM recipients WHERE instr(address, ?) > 0 GROUP BY address ORDER BY max(message) DESC LIMIT ?',
      )
      .all(containing.toLowerCase(), limit) as { address: string }[];
    return rows.map((row) => row.address);
  }

  clear(): void {
    this.#database.exec('DELETE FROM recipients; DELETE FROM messages;');
  }

  close(): void {
    this.#database.close();
  }
}
