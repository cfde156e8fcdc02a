import { v7 as uuidv7 } from 'uuid';
import { expect, vi } from 'vitest';
import { type Actor, anonymous } from '#server/context/actor.ts';
import type { App } from '#server/context/app.ts';
import { type Ctx, createContext, inTransaction } from '#server/context/context.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { startSession } from './commands/sessions.ts';
import { createUser } from './commands/users.ts';
import { hashPassword } from './passwords.ts';
import type { Role } from './permissions.ts';
import { sessionCookie } from './session-cookie.ts';

/** What every built user signs in with unless said. */
export const builtPassword = 'a quiet Thursday 17';
let builtHash: Promise<string> | undefined;

export interface BuiltUser {
  id: string;
  email: string;
  roles: Role[];
  memberId: string | null;
}

/** A user with values of their own. With the role `member`, and no id said, they get a member's row too, and no more of one. */
export async function aUser(
  app: App,
  values: { roles?: Role[]; email?: string; memberId?: string | null } = {},
): Promise<BuiltUser> {
  builtHash ??= hashPassword(builtPassword);
  const passwordHash = await builtHash;
  const roles = values.roles ?? ['member'];
  const memberId =
    values.memberId === undefined ? (roles.includes('member') ? await aMemberRow(app) : null) : values.memberId;
  const email = values.email ?? `person-${uuidv7()}@example.test`;
  const id = await inTransaction(contextOf(app), (tx) =>
    createUser(tx, { email, name: 'Built Person', passwordHash, roles, memberId }),
  );
  return { id, email, roles, memberId };
}

async function aMemberRow(app: App): Promise<string> {
  const id = uuidv7();
  await installPlans(app.database.sql);
  await app.database.sql`
    insert into members (id, number, given_name, family_name, email, plan_id, joined_at, updated_at)
    select ${id}, 'M-' || lpad(nextval('member_numbers')::text, 6, '0'), 'Built', 'Person', ${`${id}@members.test`},
      (select id from plans order by sort limit 1), now(), now()`;
  return id;
}

export const contextOf = (app: App, actor: Actor = anonymous, options: Partial<Ctx> = {}): Ctx =>
  createContext(app, { sourceAddress: '203.0.113.7', userAgent: 'vitest', source: 'test', ...options, actor });

export interface SignedInUser extends BuiltUser {
  sessionId: string;
  actor: Extract<Actor, { kind: 'user' }>;
  ctx: Ctx;
  /** For `authenticate` and for real requests. */
  cookie: string;
}

/** Somebody with a browser session, without going through the form. */
export async function signedIn(app: App, user: BuiltUser): Promise<SignedInUser> {
  const sessionId = await inTransaction(contextOf(app), (tx) => startSession(tx, user, 'browser'));
  const { id: userId, memberId, roles } = user;
  const actor = { kind: 'user', userId, memberId, roles, sessionId, scopes: null } as const;
  return { ...user, sessionId, actor, ctx: contextOf(app, actor), cookie: await sessionCookie(app, sessionId) };
}

export const aSignedInUser = async (app: App, values: Parameters<typeof aUser>[1] = {}) =>
  signedIn(app, await aUser(app, values));

/** The types and data of a stream's events, oldest first. */
export const eventsOf = (app: App, stream: string) =>
  app.database.sql<{ type: string; data: Record<string, unknown> }[]>`
    select type, data from events where stream = ${stream} order by version`;

/** Audit entries of an action, oldest first. */
export const auditOf = (app: App, action: string) =>
  app.database.sql<
    {
      actor_id: string | null;
      resource_id: string | null;
      outcome: string;
      reason: string | null;
      count: number;
      before: unknown;
      after: unknown;
    }[]
  >`select actor_id, resource_id, outcome, reason, count, before, after from audit_entries where action = ${action} order by at, id`;

/** Resolves once a connection of this database waits for a lock of another: two writers have met. */
export const twoHaveMet = (app: App) =>
  vi.waitFor(
    async () => {
      const waiting = await app.database.sql`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      expect(waiting.length).toBeGreaterThan(0);
    },
    { interval: 5, timeout: 5_000 },
  );
