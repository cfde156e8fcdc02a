import { expect, test } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { aSignedInUser, aUser, auditOf, builtPassword, contextOf, eventsOf, twoHaveMet } from './access.testing.ts';
import { addUser, disableUser, enableUser, setRoles } from './commands/administration.ts';
import { createClient, disableClient, rotateClientSecret } from './commands/clients.ts';
import { signIn } from './commands/sign-in.ts';
import { eraseUser } from './commands/users.ts';
import { listClients, listUsers, permissionTable, revealUser } from './queries/administration.ts';
import { whoAmI } from './queries/me.ts';
import { mailRecipient } from './queries/users.ts';

const app = testApp();
const client = {
  name: 'Client',
  scopes: ['read:data' as const],
  grants: ['client_credentials' as const],
  redirectUris: [],
  public: false,
};

test('a colleague is added without a password, is mailed, and cannot be added twice', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const input = { email: 'New.Colleague@example.test', name: 'New Colleague', roles: ['staff' as const] };
  const id = await addUser(admin.ctx, input);
  expect((await eventsOf(app.current, `user-${id}`)).map((event) => event.type)).toEqual([
    'user.created',
    'password.reset.requested',
  ]);
  expect(await mailRecipient(admin.ctx, { userId: id, memberId: null })).toMatchObject({
    email: 'new.colleague@example.test',
    memberId: null,
  });
  await expect(addUser(admin.ctx, input)).rejects.toMatchObject({ code: 'conflict' });
  await expect(addUser(admin.ctx, { ...input, email: 'm@example.test', roles: ['member'] })).rejects.toMatchObject({
    code: 'rule_violated',
  });
  const [entry] = await auditOf(app.current, 'user.create');
  expect(entry).toMatchObject({
    actor_id: admin.id,
    resource_id: id,
    after: { roles: ['staff'], email: expect.stringMatching(/^sealed:1:/) },
  });
});

test('roles are changed by somebody else, audited with before and after', async () => {
  const [admin, user] = [
    await aSignedInUser(app.current, { roles: ['admin'] }),
    await aUser(app.current, { roles: ['staff'] }),
  ];
  await setRoles(admin.ctx, user.id, ['auditor', 'staff', 'staff']);
  const entries = (await auditOf(app.current, 'user.set-roles')).filter((entry) => entry.resource_id === user.id);
  expect(entries).toMatchObject([
    { actor_id: admin.id, before: { roles: ['staff'] }, after: { roles: ['staff', 'auditor'] } },
  ]);
  await expect(setRoles(admin.ctx, admin.id, ['admin', 'auditor'])).rejects.toMatchObject({ code: 'forbidden' });
  await expect(disableUser(admin.ctx, admin.id, 'bye')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(setRoles(admin.ctx, user.id, ['member'])).rejects.toMatchObject({ code: 'rule_violated' });
  await expect(setRoles(admin.ctx, '00000000-0000-7000-8000-000000000000', [])).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('two admins who take each other’s role at the same moment: one admin remains', async () => {
  await app.current.database.sql`update users set roles = '{staff}' where 'admin' = any(roles)`;
  const [one, two] = [
    await aSignedInUser(app.current, { roles: ['admin'] }),
    await aSignedInUser(app.current, { roles: ['admin'] }),
  ];
  const second = await inTransaction(one.ctx, async (tx) => {
    await setRoles(tx, two.id, []);
    const disabling = disableUser(two.ctx, one.id, 'race').then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    await twoHaveMet(app.current);
    return { disabling };
  });
  expect(await second.disabling).toBe('rule_violated');
  const admins = await app.current.database.sql`select 1 from users where 'admin' = any(roles) and disabled_at is null`;
  expect(admins).toHaveLength(1);
});

test('a disabled person cannot sign in until enabled again; an erased one never', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const user = await aUser(app.current);
  const attempt = () => signIn(contextOf(app.current), { email: user.email, password: builtPassword });
  await disableUser(admin.ctx, user.id, 'asked for it');
  expect(await attempt()).toBeNull();
  await enableUser(admin.ctx, user.id, 'came back');
  expect(await attempt()).not.toBeNull();
  await inTransaction(admin.ctx, async (tx) => {
    await eraseUser(tx, user.memberId ?? '');
    await tx.app.dataKeys.destroy(tx.sql, user.memberId ?? '');
  });
  expect(await attempt()).toBeNull();
  await expect(enableUser(admin.ctx, user.id, 'again')).rejects.toMatchObject({ code: 'rule_violated' });
  expect(await mailRecipient(admin.ctx, { userId: null, memberId: user.memberId })).toBeNull();
});

test('a client’s secret is given once and kept as a hash; a name is taken once, also by two at once', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const results = await Promise.allSettled([1, 2].map(() => createClient(admin.ctx, { ...client, id: 'twice' })));
  expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const { secret } = await createClient(admin.ctx, { ...client, id: 'partner' });
  const stored = await app.current.database.sql<{ text: string }[]>`
    select c::text as text from oauth_clients c union all select a::text from audit_entries a union all select e::text from events e`;
  expect(secret).toHaveLength(43);
  expect(stored.map((row) => row.text).join()).not.toContain(secret);
  expect(JSON.stringify(await listClients(admin.ctx))).not.toMatch(/hash/i);
  expect((await rotateClientSecret(admin.ctx, 'partner')).secret).not.toBe(secret);
});

test.each([
  { public: true },
  { grants: ['authorization_code' as const] },
  { redirectUris: ['https://partner.example/back'] },
  { grants: ['client_credentials' as const, 'refresh_token' as const] },
  { scopes: ['self' as const] },
  { scopes: ['self' as const, 'read:data' as const] },
])('a client with %j does not go together', async (change) => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  await expect(createClient(admin.ctx, { ...client, id: 'odd-one', ...change })).rejects.toMatchObject({
    code: 'rule_violated',
  });
});

test('a client acts for itself or for people', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const both = {
    scopes: ['self' as const],
    grants: ['client_credentials' as const, 'authorization_code' as const],
    redirectUris: ['https://partner.example/back'],
  };
  await expect(createClient(admin.ctx, { ...client, ...both, id: 'odd-two' })).rejects.toMatchObject({
    code: 'rule_violated',
    errors: [{ path: 'grants' }],
  });
});

test('the list of users is paged, searched, and says nothing to a cursor of another list', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const paged: string[] = [];
  for (let i = 0; i < 5; i += 1) paged.push((await aUser(app.current, { email: `paged-${i}%_@example.test` })).id);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listUsers(admin.ctx, { q: 'paged-', limit: 2, cursor });
    seen.push(...page.data.map((user) => user.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(paged.toReversed());
  expect((await listUsers(admin.ctx, { q: '%_', limit: 10 })).data).toHaveLength(5);
  expect(
    (await listUsers(admin.ctx, { role: 'admin', limit: 200 })).data.every((user) => user.roles.includes('admin')),
  ).toBe(true);
  const openers = (await listUsers(admin.ctx, { role: 'console', limit: 200 })).data;
  expect(openers.some(({ id }) => id === admin.id)).toBe(true);
  expect(openers.filter((user) => !user.roles.some((role) => role !== 'member'))).toEqual([]);
  const foreign = Buffer.from('["not a uuid"]').toString('base64url');
  for (const bad of [foreign, 'rubbish']) {
    await expect(listUsers(admin.ctx, { limit: 10, cursor: bad })).rejects.toMatchObject({ code: 'invalid_request' });
  }
});

test('e-mail addresses are masked; one is revealed with a reason, which is noted', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const user = await aUser(app.current, { email: 'unmasked@example.test' });
  const { data } = await listUsers(admin.ctx, { q: 'unmasked', limit: 5 });
  expect(data.map(({ email }) => email)).toEqual(['u***@example.test']);
  expect(await revealUser(admin.ctx, user.id, 'Asked for by phone')).toEqual({ email: 'unmasked@example.test' });
  const [entry] = await auditOf(app.current, 'user.reveal');
  expect(entry).toMatchObject({ actor_id: admin.id, resource_id: user.id, after: { fields: ['email'] } });
  expect(entry?.reason).toMatch(/^sealed:1:/);
  await expect(revealUser(admin.ctx, admin.sessionId, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
});

test.each(['member', 'staff', 'auditor'] as const)('a %s manages nobody’s access', async (role) => {
  const person = await aSignedInUser(app.current, { roles: [role] });
  const someone = await aUser(app.current);
  const attempts = [
    () => listUsers(person.ctx, { limit: 1 }),
    () => revealUser(person.ctx, someone.id, 'no'),
    () => listClients(person.ctx),
    async () => permissionTable(person.ctx),
    () => addUser(person.ctx, { email: 'x@example.test', name: 'X', roles: ['admin'] }),
    () => setRoles(person.ctx, someone.id, ['member', 'admin']),
    () => disableUser(person.ctx, someone.id, 'no'),
    () => enableUser(person.ctx, someone.id, 'no'),
    () => createClient(person.ctx, { ...client, id: 'mine' }),
    () => rotateClientSecret(person.ctx, 'partner'),
    () => disableClient(person.ctx, 'partner', 'no'),
  ];
  for (const attempt of attempts) {
    await expect(attempt()).rejects.toMatchObject({
      code: 'forbidden',
      message: 'This needs the permission access:manage.',
    });
  }
});

test('who am I: a person by roles, an app by scopes as well, a machine by scopes, nobody not at all', async () => {
  const staff = await aSignedInUser(app.current, { roles: ['member', 'staff'] });
  expect(await whoAmI(staff.ctx)).toMatchObject({
    kind: 'user',
    id: staff.id,
    email: staff.email,
    memberId: staff.memberId,
    scopes: null,
  });
  const phone = contextOf(app.current, { ...staff.actor, scopes: ['self'] });
  expect((await whoAmI(phone)).permissions).toEqual(['self']);
  const machine = contextOf(app.current, { kind: 'client', clientId: 'partner', scopes: ['read:status'] });
  expect(await whoAmI(machine)).toMatchObject({
    kind: 'client',
    id: 'partner',
    permissions: ['status:read'],
    email: null,
  });
  await expect(whoAmI(contextOf(app.current))).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('the last admin is not erased; one of two is', async () => {
  await app.current.database.sql`update users set roles = '{staff}' where 'admin' = any(roles)`;
  const last = await aUser(app.current, { roles: ['member', 'admin'] });
  const erasing = () => inTransaction(contextOf(app.current), (tx) => eraseUser(tx, last.memberId ?? ''));
  await expect(erasing()).rejects.toMatchObject({
    code: 'rule_violated',
    message: expect.stringContaining('last admin'),
  });
  await aUser(app.current, { roles: ['admin'] });
  await erasing();
  const [row] = await app.current.database.sql`select roles from users where id = ${last.id}`;
  expect(row).toEqual({ roles: [] });
});
