import { expect, test } from 'vitest';
import { signedIn } from '#server/access/access.testing.ts';
import { authenticate } from '#server/access/authenticate.ts';
import { requestPasswordReset, resetPassword } from '#server/access/commands/passwords.ts';
import { signIn } from '#server/access/commands/sign-in.ts';
import { issueToken } from '#server/access/mailed-tokens.ts';
import { inTransaction } from '#server/context/context.ts';
import { testWeb } from '#server/gateway/web.testing.ts';
import { testApp } from '#test/database.ts';
import { join } from './commands/join.ts';
import { updateProfile } from './commands/profile.ts';
import { checkVerification, resendVerification, verifyEmail } from './commands/verification.ts';
import { anonymousContext, follows, joined, joinInput, personContext, systemContext } from './members.testing.ts';
import { getMember } from './queries/member.ts';
import { verificationQuestion } from './queries/verification.ts';
import { findMember } from './record.ts';

const app = testApp();
const server = testWeb(app);
const anyone = () => anonymousContext(app.current);
const chosen = 'seven wet umbrellas';

const tokenFor = (userId: string, purpose: 'verify-email' | 'reset-password' = 'verify-email') =>
  inTransaction(anyone(), (tx) => issueToken(tx, { userId, purpose }));

const canSignIn = async (email: string, password: string) => (await signIn(anyone(), { email, password })) !== null;

/** Somebody who joined and is signed in with a browser. */
async function aJoiner() {
  const person = await joined(app.current);
  const { userId, memberId, input } = person;
  const session = await signedIn(app.current, { id: userId, email: input.email, roles: ['member'], memberId });
  const isSignedIn = async () =>
    (await authenticate(app.current, { cookie: session.cookie, authorization: null })).kind === 'user';
  return { ...person, session, isSignedIn };
}

const needs = (token: string, ctx = anyone()) => verificationQuestion(ctx, token).then((question) => question?.needs);

test('the link alone does not prove an account: whoever follows it has the password that joined, or chooses one', async () => {
  const { userId, memberId, input, ctx, isSignedIn } = await aJoiner();
  const token = await tokenFor(userId);
  expect(await verificationQuestion(anyone(), token)).toEqual({ email: input.email, needs: 'password' });
  for (const claim of [{}, { password: 'not the password' }]) {
    await expect(verifyEmail(anyone(), { token, ...claim })).rejects.toMatchObject({
      code: 'rule_violated',
      errors: [{ path: 'password' }],
    });
  }
  expect((await getMember(ctx, memberId)).verifiedAt).toBeNull();
  // Without its own check a caller inside a transaction gets no further.
  await expect(verifyEmail(anyone(), { token }, null)).rejects.toMatchObject({ code: 'rule_violated' });
  const { passwordReplaced } = await verifyEmail(anyone(), { token, password: input.password });
  expect(passwordReplaced).toBe(false);
  expect((await getMember(ctx, memberId)).verifiedAt).not.toBeNull();
  expect([await canSignIn(input.email, input.password), await isSignedIn()]).toEqual([true, true]);
  expect(await verificationQuestion(anyone(), token)).toBeNull();
});

test('somebody who joined with another’s address keeps neither password nor session when its owner follows the mail', async () => {
  const thief = await aJoiner();
  const { userId, memberId, input, ctx } = thief;
  const token = await tokenFor(userId);
  await expect(verifyEmail(anyone(), { token, newPassword: 'password12' })).rejects.toMatchObject({
    code: 'rule_violated',
    errors: [{ path: 'newPassword' }],
  });
  const { passwordReplaced } = await verifyEmail(anyone(), { token, newPassword: chosen });
  expect(passwordReplaced).toBe(true);
  expect((await getMember(ctx, memberId)).verifiedAt).not.toBeNull();
  expect([await canSignIn(input.email, input.password), await thief.isSignedIn()]).toEqual([false, false]);
  expect(await canSignIn(input.email, chosen)).toBe(true);
});

test('another mail’s link is no way to the password once the address is proved', async () => {
  const { userId, input } = await aJoiner();
  const [first, second] = [await tokenFor(userId), await tokenFor(userId)];
  await verifyEmail(anyone(), { token: first, password: input.password });
  const { passwordReplaced } = await verifyEmail(anyone(), { token: second, newPassword: chosen });
  expect([passwordReplaced, await canSignIn(input.email, chosen)]).toEqual([false, false]);
});

test('whoever is signed in to the account needs no password; anybody else’s session, and an app, does', async () => {
  const { userId, memberId, ctx } = await aJoiner();
  const token = await tokenFor(userId);
  const stranger = await aJoiner();
  const phone = { ...ctx, actor: { ...stranger.session.actor, userId, memberId, scopes: ['self' as const] } };
  expect(await needs(token, stranger.ctx)).toBe('password');
  expect(await needs(token, phone)).toBe('password');
  expect(await needs(token, ctx)).toBe('nothing');
  await verifyEmail(ctx, { token });
  expect((await getMember(ctx, memberId)).verifiedAt).not.toBeNull();
});

test('a password that is replaced while another is being checked is not proved by it', async () => {
  const { userId, input } = await aJoiner();
  const token = await tokenFor(userId);
  const claim = await checkVerification(anyone(), { token, password: input.password });
  await app.current.database.sql`update users set password_hash = 'another' where id = ${userId}`;
  await expect(verifyEmail(anyone(), { token, password: input.password }, claim)).rejects.toMatchObject({
    code: 'rule_violated',
  });
});

test('the first address to be proved need not be the one that joined', async () => {
  const thief = await aJoiner();
  const { userId, memberId, input, ctx } = thief;
  const email = `owner.${input.email}`;
  await updateProfile(ctx, memberId, { email }, null);
  const token = await tokenFor(userId);
  expect(await needs(token)).toBe('password');
  await expect(verifyEmail(anyone(), { token })).rejects.toMatchObject({ code: 'rule_violated' });
  await verifyEmail(anyone(), { token, newPassword: chosen });
  expect([await canSignIn(email, chosen), await canSignIn(email, input.password)]).toEqual([true, false]);
  expect([await canSignIn(input.email, chosen), await thief.isSignedIn()]).toEqual([false, false]);
});

test('a reset password withdraws the address that its last holder wanted to move the account to', async () => {
  const thief = await aJoiner();
  const { userId, memberId, input, ctx } = thief;
  const theirs = `thief.${input.email}`;
  await updateProfile(ctx, memberId, { email: theirs }, null);
  const link = await tokenFor(userId);
  await requestPasswordReset(anyone(), { email: input.email });
  const reset = await tokenFor(userId, 'reset-password');
  await resetPassword(anyone(), { token: reset, password: chosen });
  expect(await thief.isSignedIn()).toBe(false);
  expect(await needs(link)).toBe('sign-in');
  await expect(verifyEmail(anyone(), { token: link, password: input.password })).rejects.toMatchObject({
    code: 'rule_violated',
    message: expect.stringContaining('Sign in'),
  });
  const requests = () => app.current.database.sql`
    select 1 from events where type = 'member.verification.requested' and stream = ${`user-${userId}`}`;
  const before = (await requests()).length;
  await resendVerification(anyone(), theirs);
  expect(await requests()).toHaveLength(before);
  expect([await canSignIn(input.email, chosen), await canSignIn(theirs, chosen)]).toEqual([true, false]);
  // The owner is not stuck: in their own browser the link still works.
  await verifyEmail(personContext(app.current, { userId, memberId }), { token: link });
  expect(await canSignIn(theirs, chosen)).toBe(true);
});

test('an address that was changed by somebody who proved one before is confirmed by its link alone', async () => {
  const { userId, memberId, input, ctx } = await aJoiner();
  await verifyEmail(ctx, { token: await tokenFor(userId) });
  const email = `moved.${input.email}`;
  await updateProfile(ctx, memberId, { email }, null);
  const token = await tokenFor(userId);
  expect(await verificationQuestion(anyone(), token)).toEqual({ email, needs: 'nothing' });
  await verifyEmail(anyone(), { token });
  expect(await canSignIn(email, input.password)).toBe(true);
});

test('the call says what is missing, and slows down whoever tries passwords with one link', async () => {
  const { userId, input, memberId } = await aJoiner();
  const token = await tokenFor(userId);
  const verify = (body: object) =>
    fetch(`${server.url}/api/v1/members/email-verifications`, {
      method: 'POST',
      body: JSON.stringify({ token, ...body }),
      headers: { 'content-type': 'application/json' },
    });
  const bare = await verify({});
  expect([bare.status, (await bare.json()).errors]).toEqual([422, [{ path: 'password', message: expect.any(String) }]]);
  const done = await verify({ password: input.password });
  expect([done.status, await done.json()]).toEqual([
    200,
    { memberId, status: 'pending', choosePasswordToken: null, passwordReplaced: false },
  ]);
  const next = await aJoiner();
  const guess = { token: await tokenFor(next.userId), password: 'a guess' };
  const statuses: number[] = [];
  for (let i = 0; i < 11; i += 1) statuses.push((await verify(guess)).status);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 422), 429]);
});

const asked = async (userId: string) =>
  (
    await app.current.database.sql`
      select 1 from events where type = 'member.verification.requested' and stream = ${`user-${userId}`}`
  ).length;

test('nobody makes us fill a stranger’s mailbox: mails that verify are counted by address and by member', async () => {
  const victim = `victim.${process.pid}@example.org`;
  const tooMany = { code: 'too_many_requests', retryAfterSeconds: expect.any(Number) };
  const [one, two] = [await aJoiner(), await aJoiner()];
  for (let i = 0; i < 2; i += 1) {
    await updateProfile(one.ctx, one.memberId, { email: victim }, null);
    await updateProfile(one.ctx, one.memberId, { email: `mine.${i}.${one.input.email}` }, null);
  }
  await updateProfile(one.ctx, one.memberId, { email: victim }, null);
  for (let i = 0; i < 2; i += 1) await resendVerification(anyone(), victim);
  expect(await asked(one.userId)).toBe(7);
  // Had enough: asking again is answered as ever, and asks for nothing.
  await resendVerification(anyone(), victim);
  await resendVerification(anyone(), victim);
  expect(await asked(one.userId)).toBe(7);
  await updateProfile(one.ctx, one.memberId, { email: `free.${one.input.email}` }, null);
  await expect(updateProfile(two.ctx, two.memberId, { email: victim }, null)).rejects.toMatchObject(tooMany);
  expect(await getMember(two.ctx, two.memberId)).toMatchObject({ email: two.input.email, version: 1 });

  const address = (n: number) => `many.${n}.${two.input.email}`;
  for (let n = 0; n < 10; n += 1) await updateProfile(two.ctx, two.memberId, { email: address(n) }, null);
  await expect(updateProfile(two.ctx, two.memberId, { email: address(10) }, null)).rejects.toMatchObject(tooMany);
  const later = { ...two.ctx, now: () => new Date(Date.now() + 3_601_000) };
  await updateProfile(later, two.memberId, { email: address(11) }, null);
  expect(JSON.stringify(await app.current.database.sql`select * from rate_limits`)).not.toContain(victim);
});

test('asking for help is counted by whoever asks', async () => {
  const [one, two] = [await aJoiner(), await aJoiner()];
  const ask = (person: typeof one) =>
    fetch(`${server.url}/api/v1/members/me/help-requests`, {
      method: 'POST',
      body: JSON.stringify({ topic: 'other', message: 'Hello?' }),
      headers: { 'content-type': 'application/json', cookie: person.session.cookie, origin: server.url },
    }).then((answer) => answer.status);
  const statuses: number[] = [];
  for (let i = 0; i < 11; i += 1) statuses.push(await ask(one));
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 429]);
  expect(await ask(two)).toBe(201);
});

const linkOf = (userId: string) => tokenFor(userId).then((token) => ({ token, newPassword: chosen }));
const taken = { code: 'conflict', errors: [{ path: 'email' }] };
const inThreeDays = () => ({ ...anyone(), now: () => new Date(Date.now() + 3 * 86_400_000) });

test('an address that somebody typed into their profile keeps its owner from nothing', async () => {
  const thief = await aJoiner();
  const owner = joinInput();
  await updateProfile(thief.ctx, thief.memberId, { email: owner.email }, null);
  const thiefsLink = await linkOf(thief.userId);
  const { memberId, userId } = await join(anyone(), owner);
  await verifyEmail(anyone(), await tokenFor(userId).then((token) => ({ token, password: owner.password })));
  await expect(verifyEmail(anyone(), thiefsLink)).rejects.toMatchObject(taken);
  expect(await getMember(thief.ctx, thief.memberId)).toMatchObject({ email: thief.input.email });
  expect(await canSignIn(owner.email, owner.password)).toBe(true);
  await expect(updateProfile(thief.ctx, thief.memberId, { email: `x.${owner.email}` }, null)).resolves.toBeDefined();
  await expect(updateProfile(thief.ctx, thief.memberId, { email: owner.email }, null)).rejects.toMatchObject(taken);
  expect(memberId).not.toBe(thief.memberId);
});

test('who joined with an address and did not prove it while the first link works, loses it to who joins with it next', async () => {
  const thief = await aJoiner();
  const again = joinInput({ email: thief.input.email });
  await expect(join(anyone(), again)).rejects.toMatchObject(taken);
  const { memberId, userId } = await join(inThreeDays(), again);
  expect(await canSignIn(again.email, again.password)).toBe(true);
  expect(await thief.isSignedIn()).toBe(false);
  const system = systemContext(app.current);
  expect(await findMember(system.sql, thief.memberId)).toMatchObject({
    status: 'resigned',
    email: `released-${thief.memberId}@released.invalid`,
  });
  const stream = `member-${thief.memberId}`;
  const events = await app.current.database.sql`select type from events where stream = ${stream} order by version`;
  expect(events.map((one) => one.type)).toEqual([
    'member.registered',
    'member.profile.updated',
    'member.status.changed',
  ]);
  await verifyEmail(anyone(), await linkOf(userId));
  // Proved, it stays.
  await expect(join(inThreeDays(), joinInput({ email: again.email }))).rejects.toMatchObject(taken);
  expect((await findMember(system.sql, memberId))?.email).toBe(again.email);
});

test('who paid keeps the address, proved or not', async () => {
  const member = await aJoiner();
  await follows(app.current, member.memberId);
  await expect(join(inThreeDays(), joinInput({ email: member.input.email }))).rejects.toMatchObject(taken);
  expect(await member.isSignedIn()).toBe(true);
});

test('who proves an address gets it, whoever joined with it meanwhile without proving it', async () => {
  const owner = await aJoiner();
  const email = `moved.${owner.input.email}`;
  await updateProfile(owner.ctx, owner.memberId, { email }, null);
  const thief = await joined(app.current, { email });
  await verifyEmail(anyone(), await linkOf(owner.userId));
  expect(await getMember(owner.ctx, owner.memberId)).toMatchObject({ email, pendingEmail: null });
  expect((await getMember(thief.ctx, thief.memberId)).email).toMatch(/@released\.invalid$/);
  expect(await canSignIn(email, chosen)).toBe(true);
});

test('a new address that is given up waits no more: its link stops working, the old one is as verified as before', async () => {
  const { userId, memberId, ctx, input, session } = await aJoiner();
  await verifyEmail(ctx, { token: await tokenFor(userId) });
  const before = await getMember(ctx, memberId);
  const email = `moved.${input.email}`;
  await updateProfile(ctx, memberId, { email }, null);
  const link = await tokenFor(userId);
  const cancel = (cookie: string) =>
    fetch(`${server.url}/api/v1/members/${memberId}/pending-email`, {
      method: 'DELETE',
      headers: { cookie, origin: server.url },
    });
  expect((await cancel((await aJoiner()).session.cookie)).status).toBe(404);
  expect(await (await cancel(session.cookie)).json()).toMatchObject({
    email: input.email,
    pendingEmail: null,
    verifiedAt: before.verifiedAt,
    version: before.version + 2,
  });
  await expect(verifyEmail(anyone(), { token: link })).rejects.toMatchObject({ code: 'rule_violated' });
  const requests = await asked(userId);
  await resendVerification(anyone(), email);
  expect(await asked(userId)).toBe(requests);
  expect((await cancel(session.cookie)).status).toBe(200);
  expect((await getMember(ctx, memberId)).version).toBe(before.version + 2);
});

test('after a new password its owner may ask for the waiting link again, in their own browser', async () => {
  const { userId, memberId, ctx, input } = await aJoiner();
  const email = `moved.${input.email}`;
  await updateProfile(ctx, memberId, { email }, null);
  await resetPassword(anyone(), { token: await tokenFor(userId, 'reset-password'), password: chosen });
  const before = await asked(userId);
  await resendVerification(anyone(), email);
  expect(await asked(userId)).toBe(before);
  await resendVerification(personContext(app.current, { userId, memberId }), email);
  expect(await asked(userId)).toBe(before + 1);
});

test('asking for another mail leaves an entry, whether somebody waits for one or not', async () => {
  const { memberId, input } = await aJoiner();
  const entries = () => app.current.database.sql<{ resource_id: string | null }[]>`
    select resource_id from audit_entries where action = 'member.request-verification' order by at desc, id desc limit 1`;
  await resendVerification(anyone(), input.email);
  expect(await entries()).toEqual([{ resource_id: memberId }]);
  await resendVerification(anyone(), 'nobody.at.all@example.org');
  expect(await entries()).toEqual([{ resource_id: null }]);
});
