import { expect, test } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { testApp } from '#test/database.ts';
import { aSignedInUser, aUser, auditOf, builtPassword, contextOf, eventsOf, signedIn } from './access.testing.ts';
import { authenticate } from './authenticate.ts';
import { changePassword, requestPasswordReset, resetPassword } from './commands/passwords.ts';
import { signIn } from './commands/sign-in.ts';
import { changeSignInEmail, markEmailVerified, renameUser } from './commands/users.ts';
import { consumeToken, issueToken } from './mailed-tokens.ts';
import { hashPassword, passwordProblem, verifyPassword } from './passwords.ts';

const app = testApp();
const nextPassword = 'seven wet umbrellas';

const tokenFor = (userId: string, purpose: 'verify-email' | 'reset-password' = 'reset-password', at = new Date()) =>
  inTransaction(contextOf(app.current, undefined, { now: () => at }), (tx) => issueToken(tx, { userId, purpose }));

const consume = (token: string, purpose: 'verify-email' | 'reset-password' = 'reset-password') =>
  inTransaction(contextOf(app.current), (tx) => consumeToken(tx, purpose, token));

const canSignIn = async (email: string, password: string) =>
  (await signIn(contextOf(app.current), { email, password })) !== null;

test.each([
  ['short', 'must have at least 10 characters'],
  ['x'.repeat(201), 'must have at most 200 characters'],
  ['ursula.long@example.com', 'must not be your e-mail address'],
  ['Ursula.Long', 'must not be your e-mail address'],
  ['Password-123!', 'is one of those that are guessed first'],
  ['aaaaaaaaaaaa', 'is one of those that are guessed first'],
  ['QwertyUIOP', 'is one of those that are guessed first'],
  ['four green bicycles', null],
  ['Пароль-из-слов', null],
  ['x1y2z3w4q5'.repeat(20), null],
])('the password %j: %j', (password, problem) => {
  expect(passwordProblem(password, 'Ursula.Long@example.com')).toBe(problem);
});

test('passwords are argon2id at OWASP’s parameters; a missing hash never matches', async () => {
  const hash = await hashPassword(builtPassword);
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword(hash, builtPassword)).toBe(true);
  expect(await verifyPassword(hash, `${builtPassword} `)).toBe(false);
  expect(await verifyPassword(null, 'nobody has this password')).toBe(false);
});

test('a mailed token works once; of two at once one wins; only its hash is kept', async () => {
  const user = await aUser(app.current);
  const token = await tokenFor(user.id);
  const rows = await app.current.database.sql`select * from mailed_tokens where user_id = ${user.id}`;
  expect(JSON.stringify(rows)).not.toContain(token);
  const results = await Promise.allSettled([consume(token), consume(token), consume(token)]);
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  await expect(consume(token)).rejects.toMatchObject({ code: 'rule_violated', message: 'This link was used already.' });
});

test('a token is for its purpose and its time: 48 hours to verify, one to reset', async () => {
  const user = await aUser(app.current);
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  await expect(consume(await tokenFor(user.id), 'verify-email')).rejects.toMatchObject({ code: 'rule_violated' });
  await expect(consume(await tokenFor(user.id, 'reset-password', ago(1.1)))).rejects.toMatchObject({
    message: 'This link has expired. Ask for a new one.',
  });
  expect(await consume(await tokenFor(user.id, 'reset-password', ago(0.9)))).toEqual({ userId: user.id });
  expect(await consume(await tokenFor(user.id, 'verify-email', ago(47)), 'verify-email')).toEqual({ userId: user.id });
  await expect(consume(await tokenFor(user.id, 'verify-email', ago(49)), 'verify-email')).rejects.toMatchObject({
    code: 'rule_violated',
  });
  await expect(consume('never-made')).rejects.toMatchObject({ code: 'rule_violated' });
});

test('asking for a reset says the same for everybody, and causes a mail only for somebody', async () => {
  const user = await aUser(app.current);
  expect(await requestPasswordReset(contextOf(app.current), { email: user.email.toUpperCase() })).toBeUndefined();
  expect(await requestPasswordReset(contextOf(app.current), { email: 'nobody@example.test' })).toBeUndefined();
  expect(await eventsOf(app.current, `user-${user.id}`)).toEqual([
    { type: 'password.reset.requested', data: { userId: user.id, memberId: user.memberId } },
  ]);
  const resources = (await auditOf(app.current, 'password.request-reset')).map((entry) => entry.resource_id);
  expect(resources).toEqual([user.id, null]);
});

test('a reset sets the password, unlocks, ends every session and withdraws the other links', async () => {
  const user = await aSignedInUser(app.current);
  await app.current.database.sql`update users set locked_until = now() + interval '9 minutes' where id = ${user.id}`;
  const [token, older] = [await tokenFor(user.id), await tokenFor(user.id)];
  await resetPassword(contextOf(app.current), { token, password: nextPassword });
  expect(await authenticate(app.current, { cookie: user.cookie, authorization: null })).toEqual({ kind: 'anonymous' });
  expect(await canSignIn(user.email, builtPassword)).toBe(false);
  expect(await canSignIn(user.email, nextPassword)).toBe(true);
  await expect(
    resetPassword(contextOf(app.current), { token: older, password: 'another good one' }),
  ).rejects.toMatchObject({ code: 'rule_violated' });
});

test('two resets by one link at once: one password is set', async () => {
  const user = await aUser(app.current);
  const token = await tokenFor(user.id);
  const passwords = ['the first of two', 'the second of two'];
  const results = await Promise.allSettled(
    passwords.map((password) => resetPassword(contextOf(app.current), { token, password })),
  );
  expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const winner = passwords[results.findIndex((result) => result.status === 'fulfilled')] ?? '';
  expect(await canSignIn(user.email, winner)).toBe(true);
});

test('a password that is not good enough leaves the link working', async () => {
  const user = await aUser(app.current);
  const token = await tokenFor(user.id);
  await expect(resetPassword(contextOf(app.current), { token, password: 'password123' })).rejects.toMatchObject({
    code: 'rule_violated',
    errors: [{ path: 'password', message: 'is one of those that are guessed first' }],
  });
  await resetPassword(contextOf(app.current), { token, password: nextPassword });
});

test('changing it needs the current one, keeps this device and signs out the others', async () => {
  const user = await aSignedInUser(app.current);
  const phone = await signedIn(app.current, user);
  const wrong = changePassword(user.ctx, { current: 'not it at all', next: nextPassword });
  await expect(wrong).rejects.toMatchObject({
    code: 'rule_violated',
    errors: [{ path: 'current', message: 'is not right' }],
  });
  await changePassword(user.ctx, { current: builtPassword, next: nextPassword });
  const kinds = [user, phone].map(
    async ({ cookie }) => (await authenticate(app.current, { cookie, authorization: null })).kind,
  );
  expect(await Promise.all(kinds)).toEqual(['user', 'anonymous']);
  expect(await canSignIn(user.email, nextPassword)).toBe(true);
  const changes = (await eventsOf(app.current, `user-${user.id}`)).filter((event) => event.type === 'password.changed');
  expect(changes).toMatchObject([{ data: { by: 'user' } }]);
});

test('no password, token or address stands in the clear in events or audit entries', async () => {
  const rows = await app.current.database.sql<{ text: string }[]>`
    select e::text as text from events e union all select a::text from audit_entries a`;
  expect(rows.length).toBeGreaterThan(10);
  const all = rows.map((row) => row.text).join('\n');
  for (const secret of [builtPassword, nextPassword, '203.0.113.7', '@example.test']) expect(all).not.toContain(secret);
});

test('a new e-mail withdraws links that would verify another; the account moves when it is verified', async () => {
  const user = await aUser(app.current);
  const memberId = user.memberId ?? '';
  const system = contextOf(app.current, { kind: 'system', name: 'test' });
  const verify = await tokenFor(user.id, 'verify-email');
  await inTransaction(system, (tx) => renameUser(tx, memberId, 'Other Name'));
  expect(await consume(verify, 'verify-email')).toEqual({ userId: user.id });
  const [toOld, reset, laterReset] = [
    await tokenFor(user.id, 'verify-email'),
    await tokenFor(user.id),
    await tokenFor(user.id),
  ];
  const moving = inTransaction(system, (tx) => changeSignInEmail(tx, memberId, 'moved@example.test'));
  expect(await moving).toBe(user.email);
  await expect(consume(toOld, 'verify-email')).rejects.toMatchObject({ code: 'rule_violated' });
  expect(await consume(reset)).toEqual({ userId: user.id });
  expect(await canSignIn(user.email, builtPassword)).toBe(true);
  await inTransaction(system, (tx) => markEmailVerified(tx, user.id, 'moved@example.test'));
  expect(await canSignIn(user.email, builtPassword)).toBe(false);
  expect(await canSignIn('moved@example.test', builtPassword)).toBe(true);
  await expect(consume(laterReset)).rejects.toMatchObject({ code: 'rule_violated' });
});

test('an address that somebody else signs in with cannot be verified', async () => {
  const [user, other] = [await aUser(app.current), await aUser(app.current)];
  const system = contextOf(app.current, { kind: 'system', name: 'test' });
  const conflict = { code: 'conflict', errors: [{ path: 'email' }] };
  const late = inTransaction(system, (tx) => markEmailVerified(tx, user.id, other.email));
  await expect(late).rejects.toMatchObject(conflict);
  expect(await canSignIn(user.email, builtPassword)).toBe(true);
});

test('staff cannot take over a colleague’s role by changing the e-mail of their member record', async () => {
  const [staff, admin, colleague] = [
    await aSignedInUser(app.current, { roles: ['staff'] }),
    await aSignedInUser(app.current, { roles: ['admin'] }),
    await aUser(app.current, { roles: ['member', 'admin'] }),
  ];
  const memberId = colleague.memberId ?? '';
  const taking = inTransaction(staff.ctx, (tx) => changeSignInEmail(tx, memberId, 'mine@example.test'));
  await expect(taking).rejects.toMatchObject({ code: 'forbidden' });
  await inTransaction(admin.ctx, (tx) => changeSignInEmail(tx, memberId, 'right@example.test'));
  const member = await aUser(app.current);
  await inTransaction(staff.ctx, (tx) => changeSignInEmail(tx, member.memberId ?? '', 'fine@example.test'));
});

test('an app on a person’s behalf cannot change the e-mail, whatever its scopes and their roles', async () => {
  const admin = await aSignedInUser(app.current, { roles: ['member', 'admin'] });
  const newEmail = 'phone@example.test';
  for (const scopes of [['self'], ['*']] as const) {
    const phone = contextOf(app.current, { ...admin.actor, scopes: [...scopes] });
    const taking = inTransaction(phone, (tx) => changeSignInEmail(tx, admin.memberId ?? '', newEmail));
    await expect(taking).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining('browser') });
  }
  await inTransaction(admin.ctx, (tx) => changeSignInEmail(tx, admin.memberId ?? '', newEmail));
});
