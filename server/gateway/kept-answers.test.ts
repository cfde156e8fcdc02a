import { beforeAll, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { act } from '#server/members/commands/actions.ts';
import { staffContext } from '#server/members/members.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { aMember, type Caller, otherCallers } from './callers.testing.ts';
import { rawHttp, testWeb } from './web.testing.ts';

const app = testApp();
const server = testWeb(app);
const sql = () => app.current.database.sql;
beforeAll(() => prepareQueues(app.current, queues));

const post = (caller: Caller | null, path: string, body: object, key: string) =>
  rawHttp(server.url, {
    method: 'POST',
    path: `/api/v1${path}`,
    headers: { ...caller?.headers, 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
  });

it('an answer to staff about a member goes with the member', async () => {
  const ada = await aMember(app.current, 'ada');
  const staff = (await otherCallers(app.current)).find(({ name }) => name === 'staff') ?? null;
  const decide = () =>
    post(staff, `/loans/${ada.loanId}/decisions`, { decision: 'reject', reason: 'Gambling debts' }, 'decide');
  const first = await decide();
  expect([first.status, first.text.includes('Gambling')]).toEqual([200, true]);
  expect((await decide()).text).toBe(first.text);
  await act(staffContext(app.current, 'admin'), ada.memberId, 'erase', 'asked for it in writing');
  const again = await decide();
  expect([again.status, again.text.includes('Gambling')]).toEqual([409, false]);
});

it('the secret of a link is nowhere among the keys', async () => {
  const secret = 'a-secret-that-opens-a-renewal-0123456789abcdef';
  await post(null, `/renewals/${secret}`, { paymentMethod: 'pm_card_visa' }, 'renew');
  const kept = await sql()`select k::text as text from idempotency_keys k where route like '%renewals%'`;
  expect(kept).toHaveLength(1);
  expect(JSON.stringify(kept)).not.toContain(secret);
});
