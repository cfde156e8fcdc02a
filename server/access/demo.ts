import type { App } from '#server/context/app.ts';
import { type Ctx, inTransaction, type TxCtx } from '#server/context/context.ts';
import { SettingsError } from '#server/settings/settings.ts';
import { createUser } from './commands/users.ts';
import { hashPassword } from './passwords.ts';
import type { Role, Scope } from './permissions.ts';

/** Known to the whole world: for the demo only, and refused by a production start. */
export const demoPassword = 'guildhall-demo';
export const demoSecret = 'guildhall-demo-secret';
export const demoMemberEmail = 'member@guildhall.test';

const people: ReadonlyArray<{ email: string; name: string; roles: Role[] }> = [
  { email: 'staff@guildhall.test', name: 'Sam Staff', roles: ['staff'] },
  { email: 'admin@guildhall.test', name: 'Ada Admin', roles: ['admin'] },
  { email: 'auditor@guildhall.test', name: 'Audrey Auditor', roles: ['auditor'] },
];

/** Whom the sign-in page offers, with the password that they share; null where it is not a demo. */
export const demoSignIns = (app: App): { password: string; people: { email: string; about: string }[] } | null =>
  app.settings.GUILDHALL_MODE === 'demo'
    ? {
        password: demoPassword,
        people: [
          { email: demoMemberEmail, about: 'member' },
          ...people.map(({ email, roles }) => ({ email, about: roles.join(', ') })),
        ],
      }
    : null;

interface DemoClient {
  id: string;
  name: string;
  scopes: Scope[];
  grants: string[];
  redirectUris: string[];
  public: boolean;
}

const machine = { grants: ['client_credentials'], redirectUris: [], public: false };

const clients: readonly DemoClient[] = [
  { id: 'demo-producer', name: 'Demo data producer', scopes: ['write:data', 'read:status'], ...machine },
  { id: 'demo-consumer', name: 'Demo data consumer', scopes: ['read:data', 'read:status'], ...machine },
  { id: 'demo-admin', name: 'Demo system admin', scopes: ['*'], ...machine },
  {
    id: 'demo-mobile',
    name: 'Demo mobile app',
    scopes: ['self'],
    grants: ['authorization_code', 'refresh_token'],
    redirectUris: ['guildhall-demo://signed-in', 'http://127.0.0.1:8765/signed-in'],
    public: true,
  },
];

/**
 * The people and API clients that the demo promises; running it again changes nothing. The demo member's account is made
 * for the member who has that e-mail, if there is one by then and joining has not made it already.
 */
export async function seedDemoAccess(ctx: Ctx): Promise<void> {
  if (ctx.app.settings.GUILDHALL_MODE !== 'demo') throw new Error('demo access exists in demo mode only');
  const [passwordHash, secretHash] = await Promise.all([hashPassword(demoPassword), hashPassword(demoSecret)]);
  await inTransaction(ctx, async (tx) => {
    for (const person of people) await seedUser(tx, { ...person, passwordHash, memberId: null });
    const [member] = await tx.sql<{ id: string; name: string }[]>`
      select id, given_name || ' ' || family_name as name from members where lower(email) = ${demoMemberEmail}`;
    if (member) {
      const { id: memberId, name } = member;
      await seedUser(tx, { email: demoMemberEmail, name, roles: ['member'], passwordHash, memberId });
    }
    for (const client of clients) {
      await tx.sql`
        insert into oauth_clients (id, name, secret_hash, scopes, grants, redirect_uris)
        values (${client.id}, ${client.name}, ${client.public ? null : secretHash}, ${client.scopes}::text[],
          ${client.grants}::text[], ${client.redirectUris}::text[])
        on conflict (id) do nothing`;
    }
  });
}

async function seedUser(tx: TxCtx, user: Parameters<typeof createUser>[1]): Promise<void> {
  const existing = await tx.sql`select 1 from users where lower(email) = ${user.email}`;
  if (existing.length > 0) return;
  const id = await createUser(tx, user);
  await tx.sql`update users set email_verified_at = ${tx.now().toISOString()} where id = ${id}`;
}

/** @throws SettingsError, one line, when a production installation holds accounts or clients whose passwords are public. */
export async function refuseDemoAccess(app: App): Promise<void> {
  if (app.settings.GUILDHALL_MODE === 'demo') return;
  const rows = await app.database.sql<{ name: string }[]>`
    select email as name from users where lower(email) like '%@guildhall.test'
    union all select id from oauth_clients where id like 'demo-%' order by 1 limit 20`;
  if (rows.length === 0) return;
  const names = rows.map((row) => row.name).join(', ');
  throw new SettingsError(
    `Guildhall cannot start in production: demo access exists (${names}). Use a database without demo data.`,
  );
}
