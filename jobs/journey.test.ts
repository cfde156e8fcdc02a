import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { resetPassword } from '#server/access/commands/passwords.ts';
import { signIn } from '#server/access/commands/sign-in.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { act } from '#server/members/commands/actions.ts';
import { closeHelpRequest, requestHelp } from '#server/members/commands/help.ts';
import { addMember } from '#server/members/commands/join.ts';
import { updateProfile } from '#server/members/commands/profile.ts';
import { verifyEmail } from '#server/members/commands/verification.ts';
import { anonymousContext, joined, joinInput, staffContext } from '#server/members/members.testing.ts';
import { listMembers } from '#server/members/queries/directory.ts';
import { listHelpRequests } from '#server/members/queries/help.ts';
import { memberOverview } from '#server/members/queries/overview.ts';
import { memberTimeline } from '#server/members/queries/timeline.ts';
import { testApp, testDatabase } from '#test/database.ts';
import { queues } from './queues.ts';
import { events, projections, reactions } from './subscriptions.ts';
import { startWorker, type Worker } from './worker.ts';

const legacyDatabase = testDatabase({ empty: true });
let sandbox: Sandbox;
let worker: Worker;

beforeAll(async () => {
  const upstream = new URL(legacyDatabase.url);
  sandbox = await startSandbox({
    dataDir: ':memory:',
    legacyUpstream: { host: upstream.hostname, port: Number(upstream.port) },
  });
});

const app = testApp(() => {
  const legacy = new URL(legacyDatabase.url);
  legacy.port = new URL(sandbox.urls.legacyProxy ?? '').port;
  const { crmToken, smtpUser, smtpPassword } = sandbox.credentials;
  return {
    LEGACY_DATABASE_URL: legacy.toString(),
    CRM_URL: sandbox.urls.crm,
    CRM_ACCESS_TOKEN: crmToken,
    SMTP_URL: sandbox.urls.smtp.replace('smtp://', `smtp://${smtpUser}:${smtpPassword}@`),
    PARTNER_TIMEOUT_MS: '2000',
  };
});

beforeAll(async () => {
  const partners = partnersOf(app.current);
  await partners.legacy().install();
  await partners.crm().install();
  worker = await startWorker(app.current, { events, projections, reactions, queues });
});

afterAll(async () => {
  await worker?.stop();
  await sandbox?.close();
});

interface Mail {
  to: string;
  subject: string;
  text: string;
  deliveries: number;
}

async function mailsTo(address: string): Promise<Mail[]> {
  const response = await fetch(`${sandbox.urls.pages}/mail/messages?to=${encodeURIComponent(address)}`);
  const body = (await response.json()) as Mail[] | { data: Mail[] };
  return Array.isArray(body) ? body : body.data;
}

const soon = { timeout: 10_000, interval: 20 };

test('joining reaches the legacy system, the CRM, the mailbox and the read models; the link in the mail verifies', async () => {
  const { memberId, input, ctx } = await joined(app.current);
  const partners = partnersOf(app.current);
  await vi.waitFor(async () => {
    expect(await partners.legacy().readMember(memberId)).toMatchObject({
      familyName: 'Okafor',
      status: 'pending',
      version: 1,
    });
    expect(await partners.crm().readContact(memberId)).toMatchObject({
      familyName: 'Okafor',
      status: 'pending',
      version: 1,
    });
    const found = await listMembers(staffContext(app.current), { q: 'okaf ada', limit: 10, sort: '-joined' });
    expect(found.data.map((row) => row.id)).toContain(memberId);
    expect(await mailsTo(input.email)).toHaveLength(1);
  }, soon);

  const [mail] = await mailsTo(input.email);
  const token = /verify-email\?token=([\w-]+)/.exec(mail?.text ?? '')?.[1] ?? '';
  await verifyEmail(ctx, { token });
  await vi.waitFor(async () => {
    expect(await partners.legacy().readMember(memberId)).toMatchObject({ version: 2 });
    const timeline = await memberTimeline(ctx, memberId, { limit: 50 });
    const types = timeline.data.map((entry) => `${entry.system}:${entry.type}`);
    expect(types).toEqual(
      expect.arrayContaining([
        'guildhall:member.registered',
        'guildhall:member.verified',
        'legacy:sync.completed',
        'crm:sync.completed',
        'mail:email.sent',
      ]),
    );
    expect((await mailsTo(input.email)).map((one) => one.subject)).toHaveLength(2);
  }, soon);
  await expect(verifyEmail(ctx, { token })).rejects.toMatchObject({ code: 'rule_violated' });
});

/** What follows a join, each with a question that is true once it has followed. */
const consequences = ({ memberId, input }: Awaited<ReturnType<typeof joined>>) => {
  const { sql } = app.current.database;
  const partners = partnersOf(app.current);
  return {
    legacy: async () => (await partners.legacy().readMember(memberId)) !== null,
    crm: async () => (await partners.crm().readContact(memberId)) !== null,
    mailbox: async () => (await mailsTo(input.email)).length === 1,
    audit: async () => (await sql`select 1 from audit_entries where resource_id = ${memberId}`).length > 0,
    directory: async () => (await sql`select 1 from member_directory where member_id = ${memberId}`).length === 1,
    timeline: async () =>
      (await sql`select 1 from member_timeline where member_id = ${memberId} and type = 'member.registered'`).length ===
      1,
  };
};

/** Milliseconds from the answer until everything has followed, and what was last. */
async function timeToFollow(): Promise<{ ms: number; last: string }> {
  const member = await joined(app.current);
  const answered = performance.now();
  const times = await Promise.all(
    Object.entries(consequences(member)).map(async ([last, followed]) => {
      await vi.waitFor(async () => expect(await followed(), last).toBe(true), { timeout: 10_000, interval: 10 });
      return { ms: performance.now() - answered, last };
    }),
  );
  return times.reduce((latest, one) => (one.ms > latest.ms ? one : latest));
}

test('within a second of the answer everything has followed a join', async () => {
  const times: { ms: number; last: string }[] = [];
  for (let n = 0; n < 7; n += 1) times.push(await timeToFollow());
  times.sort((a, b) => a.ms - b.ms);
  // The median: one slow turn of a loaded machine says nothing about the house.
  expect(times[3]?.ms, JSON.stringify(times)).toBeLessThan(1_000);
}, 90_000);

test('a change of the profile arrives everywhere; the overview agrees with itself', async () => {
  const { memberId, ctx } = await joined(app.current, { familyName: 'Lindqvist' });
  await updateProfile(ctx, memberId, { familyName: 'Žižek', phone: '+386 1 2345678' }, '1');
  await vi.waitFor(async () => {
    const overview = await memberOverview(ctx, memberId);
    expect(overview.sources.legacy).toMatchObject({
      status: 'ok',
      data: { familyName: 'Žižek', phone: '+386 1 2345678' },
    });
    expect(overview.sources.crm).toMatchObject({ status: 'ok', data: { familyName: 'Žižek' } });
    expect(overview.divergences).toEqual([]);
  }, soon);
  expect((await memberOverview(ctx, memberId)).sources.payments).toMatchObject({
    status: 'unavailable',
    reason: 'not_connected',
  });
});

test('with the CRM down joining works, everything else follows, and the CRM catches up in order', async () => {
  sandbox.faults.set({ partner: 'crm', fault: 'fail' });
  const { memberId, ctx } = await joined(app.current, { familyName: 'Waiting' });
  await updateProfile(ctx, memberId, { familyName: 'Waited' }, '1');
  const partners = partnersOf(app.current);
  await vi.waitFor(async () => {
    expect(await partners.legacy().readMember(memberId)).toMatchObject({ familyName: 'Waited', version: 2 });
  }, soon);
  const overview = await memberOverview(ctx, memberId);
  expect(overview.sources.crm.status).toBe('unavailable');
  expect(overview.sources.legacy.status).toBe('ok');
  sandbox.faults.clear('crm');
  await vi.waitFor(
    async () => expect(await partners.crm().readContact(memberId)).toMatchObject({ familyName: 'Waited', version: 2 }),
    { timeout: 15_000, interval: 50 },
  );
});

test('an erased member is gone at the partners too', async () => {
  const { memberId } = await joined(app.current, { familyName: 'Forgettable' });
  const partners = partnersOf(app.current);
  await vi.waitFor(async () => expect(await partners.crm().readContact(memberId)).not.toBeNull(), soon);
  await act(staffContext(app.current, 'admin'), memberId, 'erase', 'asked for it');
  await vi.waitFor(async () => {
    expect(await partners.legacy().readMember(memberId)).toBeNull();
    expect(await partners.crm().readContact(memberId)).toBeNull();
    const [row] = await app.current.database
      .sql`select name_gone from (select given_name = 'Erased' as name_gone from member_directory where member_id = ${memberId}) t`;
    expect(row).toEqual({ name_gone: true });
  }, soon);
});

test('a new address is verified by its owner, and the owner of the old one is told', async () => {
  const { memberId, ctx, input } = await joined(app.current);
  const email = `moved.${input.email}`;
  const anyone = anonymousContext(app.current);
  const canSignIn = async (by: string) => (await signIn(anyone, { email: by, password: input.password })) !== null;
  await vi.waitFor(async () => expect(await mailsTo(input.email)).toHaveLength(1), soon);
  await updateProfile(ctx, memberId, { email }, null);
  const token = await vi.waitFor(async () => {
    const [toNew, toOld] = [await mailsTo(email), await mailsTo(input.email)];
    expect(toNew.map((mail) => mail.subject)).toEqual([expect.stringMatching(/confirm/i)]);
    expect(toOld.map((mail) => mail.subject).filter((subject) => /changed/i.test(subject))).toHaveLength(1);
    expect(toOld).toHaveLength(2);
    return /verify-email\?token=([\w-]+)/.exec(toNew[0]?.text ?? '')?.[1] ?? '';
  }, soon);
  expect([await canSignIn(input.email), await canSignIn(email)]).toEqual([true, false]);
  await verifyEmail(anyone, { token, password: input.password });
  expect([await canSignIn(input.email), await canSignIn(email)]).toEqual([false, true]);
});

test('someone whom staff add verifies the address and chooses a password', async () => {
  const { password: _, ...input } = joinInput();
  await addMember(staffContext(app.current), input);
  const link = await vi.waitFor(async () => {
    const [mail] = await mailsTo(input.email);
    const token = /verify-email\?token=([\w-]+)/.exec(mail?.text ?? '')?.[1];
    expect(token).toBeTruthy();
    return token ?? '';
  }, soon);
  const anyone = anonymousContext(app.current);
  const { choosePasswordToken } = await verifyEmail(anyone, { token: link });
  expect(choosePasswordToken).not.toBeNull();
  await resetPassword(anyone, { token: choosePasswordToken ?? '', password: 'chosen by themselves' });
  expect(await signIn(anyone, { email: input.email, password: 'chosen by themselves' })).not.toBeNull();
});

test('a question reaches staff, and the answer is announced', async () => {
  const { memberId, ctx } = await joined(app.current);
  const asked = await requestHelp(ctx, memberId, { topic: 'other', message: 'Where is my certificate?' });
  const staff = staffContext(app.current);
  const open = await listHelpRequests(staff, { status: 'open', memberId, limit: 10 });
  expect(open.data).toMatchObject([{ id: asked.id, message: 'Where is my certificate?' }]);
  await closeHelpRequest(staff, asked.id, 'answered by phone');
  expect((await listHelpRequests(staff, { status: 'open', memberId, limit: 10 })).data).toEqual([]);
  await vi.waitFor(async () => {
    const timeline = await memberTimeline(ctx, memberId, { limit: 50 });
    expect(timeline.data.map((entry) => entry.type)).toContain('support.answered');
  }, soon);
});
