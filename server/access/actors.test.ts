import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { aSignedInUser, aUser, auditOf, contextOf } from './access.testing.ts';
import { createClient } from './commands/clients.ts';
import { eraseUser } from './commands/users.ts';
import { actorsById, findActors } from './queries/actors.ts';

const app = testApp();

async function named(name: string, values: Parameters<typeof aUser>[1]) {
  const user = await aUser(app.current, values);
  await app.current.database.sql`update users set name = ${name} where id = ${user.id}`;
  return user;
}

test('who opens the console learns who acted: staff, clients and members by name, erased people as such', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['admin'] });
  const auditor = await aSignedInUser(app.current, { roles: ['auditor'] });
  const staff = await named('Sam Staff', { roles: ['staff'] });
  const ada = await named('Ada Okafor', {});
  const gone = await named('Bob Gone', {});
  await inTransaction(contextOf(app.current), (tx) => eraseUser(tx, gone.memberId ?? ''));
  await app.current.database.sql`update members set status = 'erased' where id = ${gone.memberId}`;
  const client = { scopes: ['read:data' as const], grants: ['client_credentials' as const], redirectUris: [] };
  await createClient(admin.ctx, { ...client, id: 'mail-house', name: 'Mail house', public: false });
  const names = await actorsById(auditor.ctx, [staff.id, ada.id, gone.id, 'mail-house', uuidv7(), 'sync']);
  expect(new Map(names.map(({ id, kind, name }) => [id, `${kind}: ${name}`]))).toEqual(
    new Map([
      [staff.id, 'staff: Sam Staff'],
      [ada.id, 'member: Ada Okafor'],
      [gone.id, 'erased: Erased person'],
      ['mail-house', 'client: Mail house'],
    ]),
  );
  for (const values of [{}, { roles: ['member' as const] }]) {
    const member = await aSignedInUser(app.current, values);
    await expect(actorsById(member.ctx, [staff.id])).rejects.toMatchObject({ code: 'forbidden' });
  }
  const machine = contextOf(app.current, { kind: 'client', clientId: 'm', scopes: ['read:data'] });
  await expect(findActors(machine, 'sam')).rejects.toMatchObject({ code: 'forbidden' });
});

test('they are found by a part of their name, colleagues first; that somebody looked is noted, not what for', async () => {
  const auditor = await aSignedInUser(app.current, { roles: ['auditor'] });
  await named('Quirin Member', {});
  await named('Zoe Quirin', { roles: ['staff'] });
  const found = await findActors(auditor.ctx, 'QUIRIN');
  expect(found.map(({ kind, name }) => [kind, name])).toEqual([
    ['staff', 'Zoe Quirin'],
    ['member', 'Quirin Member'],
  ]);
  expect(await findActors(auditor.ctx, '%')).toEqual([]);
  const entries = (await auditOf(app.current, 'member.search')).filter(({ actor_id }) => actor_id === auditor.id);
  expect(entries).toMatchObject([{ count: 2 }]);
  expect(JSON.stringify(entries)).not.toMatch(/quirin/i);
});
