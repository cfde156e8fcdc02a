import type { Queryable } from '#db/client.ts';
import type { App } from '#server/context/app.ts';
import type { TxCtx } from '#server/context/context.ts';
import { LiveCache } from './live-cache.ts';
import { isRole, isScope, type Role, type Scope } from './permissions.ts';
import { idleMsOf } from './rules.ts';

/** A session that is not ended, of a user who is not disabled. Times in ms since the epoch. */
export interface LiveSession {
  id: string;
  userId: string;
  memberId: string | null;
  roles: Role[];
  kind: SessionKind;
  lastSeenAt: number;
  expiresAt: number;
}

export type SessionKind = 'browser' | 'mobile';

/** A client that is not disabled. */
export interface LiveClient {
  id: string;
  scopes: Scope[];
}

const channel = 'guildhall_session_ended';
const touchEveryMs = 60_000;

/** Sessions and clients as they are now, looked up on every request. One per process, see `liveOf`. */
export class Live {
  readonly #app: App;
  readonly #sessions: LiveCache<LiveSession>;
  readonly #clients: LiveCache<LiveClient>;
  readonly #followers = new Set<(what: string) => void>();
  #listening = false;
  #starting = false;

  constructor(app: App) {
    this.#app = app;
    const trusted = () => this.#listening && app.listener.connected;
    this.#sessions = new LiveCache(trusted);
    this.#clients = new LiveCache(trusted);
  }

  /** The session, or null when it ended, expired, was idle too long, or its user is disabled. Notes that it was seen. */
  async session(id: string): Promise<LiveSession | null> {
    this.#listen();
    const session = await this.#sessions.get(id, () => findSession(this.#app.database.sql, id));
    if (!session) return null;
    const now = Date.now();
    if (now >= session.expiresAt || now - session.lastSeenAt >= idleMsOf(session.roles)) return null;
    if (now - session.lastSeenAt >= touchEveryMs) this.#touch(session, now);
    return session;
  }

  async client(id: string): Promise<LiveClient | null> {
    this.#listen();
    return this.#clients.get(id, () => findClient(this.#app.database.sql, id));
  }

  /** `session:ID`, `user:ID` (all of a user's) or `client:ID`. */
  forget(what: string): void {
    const [kind, id = ''] = what.split(':');
    if (kind === 'session') this.#sessions.forget(id);
    else if (kind === 'user') this.#sessions.forgetWhere((session) => session.userId === id);
    else if (kind === 'client') this.#clients.forget(id);
    this.#tell(what);
  }

  /** Calls `onForget` with what was forgotten, after it was; with `all` when notices may have been missed. Gives the way out. */
  follow(onForget: (what: string) => void): () => void {
    this.#listen();
    this.#followers.add(onForget);
    return () => {
      this.#followers.delete(onForget);
    };
  }

  #forgetAll(): void {
    this.#sessions.forgetAll();
    this.#clients.forgetAll();
    this.#tell('all');
  }

  #tell(what: string): void {
    for (const follower of this.#followers) follower(what);
  }

  /** Begins to listen at the first request. Requests do not wait for it: until it stands, nothing is taken from memory. */
  #listen(): void {
    if (this.#starting) return;
    this.#starting = true;
    this.#app.listener
      .on(
        channel,
        (what) => this.forget(what),
        () => this.#forgetAll(),
      )
      .then(() => {
        this.#listening = true;
      })
      .catch((error: unknown) => {
        this.#starting = false;
        this.#app.log.warn({ err: error }, 'cannot listen for ended sessions; every request asks the database');
      });
  }

  /** Not awaited: a request never waits for this, and losing one is harmless. */
  #touch(session: LiveSession, now: number): void {
    session.lastSeenAt = now;
    const at = new Date(now).toISOString();
    this.#app.database.sql`
      update sessions set last_seen_at = ${at} where id = ${session.id} and last_seen_at < ${at}`.catch(
      (error: unknown) => this.#app.log.warn({ err: error }, 'cannot note that a session was seen'),
    );
  }
}

// Next bundles modules more than once per process; on `globalThis` all copies share one, so ending works at once in each.
const slot = Symbol.for('guildhall.access.live');
const store = globalThis as typeof globalThis & { [slot]?: WeakMap<App, Live> };

export function liveOf(app: App): Live {
  store[slot] ??= new WeakMap();
  const live = store[slot].get(app) ?? new Live(app);
  store[slot].set(app, live);
  return live;
}

/** Makes every process forget what it knows of a session, a user's sessions or a client, once the transaction commits. */
export async function announce(
  tx: TxCtx,
  what: `session:${string}` | `user:${string}` | `client:${string}`,
): Promise<void> {
  await tx.sql`select pg_notify(${channel}, ${what})`;
  tx.afterCommit(() => liveOf(tx.app).forget(what));
}

async function findSession(sql: Queryable, id: string): Promise<LiveSession | null> {
  const [row] = await sql<
    {
      user_id: string;
      member_id: string | null;
      roles: string[];
      kind: SessionKind;
      last_seen: number;
      expires: number;
    }[]
  >`
    select s.user_id, u.member_id, u.roles, s.kind, extract(epoch from s.last_seen_at)::float8 * 1000 as last_seen,
      extract(epoch from s.expires_at)::float8 * 1000 as expires
    from sessions s join users u on u.id = s.user_id
    where s.id = ${id} and s.ended_at is null and u.disabled_at is null`;
  if (!row) return null;
  return {
    id,
    userId: row.user_id,
    memberId: row.member_id,
    roles: row.roles.filter(isRole),
    kind: row.kind,
    lastSeenAt: row.last_seen,
    expiresAt: row.expires,
  };
}

async function findClient(sql: Queryable, id: string): Promise<LiveClient | null> {
  const [row] = await sql<{ scopes: string[] }[]>`
    select scopes from oauth_clients where id = ${id} and disabled_at is null`;
  return row ? { id, scopes: row.scopes.filter(isScope) } : null;
}
