import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { inTransaction } from '#server/context/context.ts';
import { flowStatuses } from '#server/integrations/queries.ts';
import { joined, staffContext, systemContext } from '#server/members/members.testing.ts';
import { overview } from '#server/overview/queries.ts';
import { dismissDeadLetter, redriveDeadLetter, redriveMany } from '#server/queue/dead-letter-commands.ts';
import { testApp } from '#test/database.ts';
import { queues } from './queues.ts';
import { events, projections, reactions } from './subscriptions.ts';
import { startWorker, type Worker } from './worker.ts';

let sandbox: Sandbox;
let worker: Worker;

beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});

const app = testApp(() => {
  const { smtpUser, smtpPassword } = sandbox.credentials;
  return { SMTP_URL: sandbox.urls.smtp.replace('smtp://', `smtp://${smtpUser}:${smtpPassword}@`) };
});
const sql = () => app.current.database.sql;

beforeAll(async () => {
  worker = await startWorker(app.current, { events, projections, reactions, queues });
});

afterAll(async () => {
  await worker?.stop();
  await sandbox?.close();
});

const soon = { timeout: 10_000, interval: 20 };

const mailsOf = (memberId: string) => sql()<{ id: string; messageId: string; status: string }[]>`
  select id, message_id as "messageId", status from mails where member_id = ${memberId}`;

/** The open dead letter of a member's mail, once it is there. */
const letterOf = (memberId: string) =>
  vi.waitFor(async () => {
    const [letter] = await sql()<{ id: string; payload: string }[]>`
      select id, payload::text from dead_letters where queue = 'mail' and member_id = ${memberId} and status = 'open'`;
    expect(letter).toBeDefined();
    return { id: letter?.id ?? '', payload: JSON.parse(letter?.payload ?? '{}') };
  }, soon);

/** Someone whose first mail the mail server does not take. */
async function unreachable() {
  sandbox.faults.set({ partner: 'mail', fault: 'reject' });
  const person = await joined(app.current);
  const letter = await letterOf(person.memberId);
  sandbox.faults.clear('mail');
  return { ...person, letter };
}

async function mailFlow() {
  const flows = await flowStatuses(systemContext(app.current), {});
  return flows.find((flow) => flow.system === 'mail');
}

async function received(address: string): Promise<Array<{ messageId: string; deliveries: number }>> {
  const response = await fetch(`${sandbox.urls.pages}/mail/messages?to=${encodeURIComponent(address)}`);
  const body = await response.json();
  return Array.isArray(body) ? body : body.data;
}

test('a mail that was refused waits for a person, and redriven it is the same mail, once', async () => {
  const { memberId, input, letter } = await unreachable();
  const [before] = await mailsOf(memberId);
  expect(before).toMatchObject({ id: letter.payload.mailId, status: 'queued' });
  expect(await mailFlow()).toMatchObject({ waiting: 0 });
  await sql()`update partner_calls set at = at - interval '6 minutes'`;
  expect(await mailFlow()).toMatchObject({ waiting: 0, state: 'idle' });
  const { flow } = await overview(staffContext(app.current));
  expect(flow.systems.find((one) => one.system === 'mail')?.state).toBe('idle');

  await redriveDeadLetter(staffContext(app.current), { id: letter.id });
  await vi.waitFor(async () => expect(await received(input.email)).toHaveLength(1), soon);
  await vi.waitFor(async () => expect((await mailsOf(memberId))[0]?.status).toBe('sent'), soon);
  expect(await mailsOf(memberId)).toEqual([{ ...before, status: 'sent' }]);
  const [mail] = await received(input.email);
  expect(mail?.deliveries).toBe(1);
  expect(mail?.messageId).toContain(before?.id);
  const tokens = await sql()`
    select 1 from mailed_tokens t join users u on u.id = t.user_id where u.member_id = ${memberId}`;
  expect(tokens).toHaveLength(1);
});

test('a mail that was given up is not waited for', async () => {
  const { letter } = await unreachable();
  await dismissDeadLetter(staffContext(app.current), { id: letter.id, reason: 'the address is wrong' });
  await sql()`update partner_calls set at = at - interval '6 minutes'`;
  expect(await mailFlow()).toMatchObject({ waiting: 0, state: 'idle' });
});

test('a dead letter cannot be turned into another person’s, or another mail', async () => {
  const { letter } = await unreachable();
  const other = await joined(app.current);
  for (const field of ['memberId', 'userId', 'mailId']) {
    const payload = { ...letter.payload, [field]: other.memberId };
    await expect(redriveDeadLetter(staffContext(app.current), { id: letter.id, payload })).rejects.toMatchObject({
      code: 'rule_violated',
      errors: [{ path: `payload.${field}` }],
    });
  }
  const { mailId: _, ...without } = letter.payload;
  await expect(redriveDeadLetter(staffContext(app.current), { id: letter.id, payload: without })).rejects.toMatchObject(
    { code: 'rule_violated', errors: [{ path: 'payload.mailId' }] },
  );
  await redriveDeadLetter(staffContext(app.current), {
    id: letter.id,
    payload: { ...letter.payload, facts: { note: 'by hand' } },
  });
});

test('redriving many inside of a transaction: one that cannot be takes none of the others with it', async () => {
  const people = [await unreachable(), await unreachable(), await unreachable()];
  const ids = people.map(({ letter }) => letter.id);
  await sql()`update dead_letters set queue = 'no-such-queue' where id = ${ids[1] ?? ''}`;
  await sql()`update dead_letters set fingerprint = 'these' where id = any(${ids}::uuid[])`;
  const results = await inTransaction(staffContext(app.current), (tx) => redriveMany(tx, { fingerprint: 'these' }));
  expect(results).toEqual([
    { id: ids[0], redriven: 1, problem: null },
    { id: ids[1], redriven: 0, problem: expect.any(String) },
    { id: ids[2], redriven: 1, problem: null },
  ]);
  const rows = await sql()<{ status: string }[]>`
    select status from dead_letters where id = any(${ids}::uuid[]) order by created_at`;
  expect(rows.map((row) => row.status)).toEqual(['redriven', 'open', 'redriven']);
  const audited = await sql()`
    select 1 from audit_entries where action = 'dead-letter.redrive' and resource_id = ${ids[1] ?? ''}`;
  expect(audited).toHaveLength(0);
  await vi.waitFor(async () => {
    for (const { input } of [people[0], people[2]].flatMap((one) => one ?? [])) {
      expect(await received(input.email)).toHaveLength(1);
    }
  }, soon);
});

test('a dead letter from when a mail had its job’s id is redriven as that mail', async () => {
  const { memberId, input, letter } = await unreachable();
  const [before] = await mailsOf(memberId);
  await sql()`update dead_letters set payload = payload - 'mailId' where id = ${letter.id}`;
  const migration = new URL('../db/migrations/0010_mails_of_older_dead_letters.sql', import.meta.url);
  await sql().unsafe(await readFile(migration, 'utf8'));
  await redriveDeadLetter(staffContext(app.current), { id: letter.id });
  await vi.waitFor(async () => expect(await received(input.email)).toHaveLength(1), soon);
  await vi.waitFor(async () => expect(await mailsOf(memberId)).toEqual([{ ...before, status: 'sent' }]), soon);
});
