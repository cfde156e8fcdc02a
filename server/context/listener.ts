import postgres from 'postgres';
import type { Logger } from '#server/telemetry/log.ts';

type Handler = (payload: string) => void;

/** What a process hears from Postgres, over one connection however many handlers there are. */
export interface Listener {
  /** Calls `handler` for each notice on the channel, and `onReconnect` when notices may have been missed. */
  on(channel: string, handler: Handler, onReconnect?: () => void): Promise<() => void>;
  /** False while the connection is lost: what is kept valid by notices alone must not be trusted then. */
  readonly connected: boolean;
  close(): Promise<void>;
}

/** One connection of its own, opened at the first use. After a lost connection it listens again and says so. */
export function createListener(url: string, log: Logger): Listener {
  const handlers = new Map<string, Set<{ handler: Handler; onReconnect: (() => void) | undefined }>>();
  const listening = new Map<string, Promise<unknown>>();
  let connected = false;
  let closed = false;
  const sql = postgres(url, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => {},
    connection: { application_name: 'guildhall-listen' },
    // LISTEN uses a connection of its own inside the driver; this fires for it too.
    onclose: () => {
      connected = false;
      if (!closed) log.warn('lost the connection that listens to the database');
    },
  });

  async function listen(channel: string): Promise<void> {
    let first = true;
    await sql.listen(
      channel,
      (payload) => {
        for (const entry of handlers.get(channel) ?? []) entry.handler(payload);
      },
      () => {
        connected = true;
        if (!first) for (const entry of handlers.get(channel) ?? []) entry.onReconnect?.();
        first = false;
      },
    );
  }

  return {
    get connected() {
      return connected;
    },
    async on(channel, handler, onReconnect) {
      const entry = { handler, onReconnect };
      const entries = handlers.get(channel) ?? new Set();
      entries.add(entry);
      handlers.set(channel, entries);
      if (!listening.has(channel)) listening.set(channel, listen(channel));
      await listening.get(channel);
      return () => {
        entries.delete(entry);
      };
    },
    async close() {
      closed = true;
      await sql.end({ timeout: 1 });
    },
  };
}
