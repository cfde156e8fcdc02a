import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { inTransaction } from '#server/context/context.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { testApp } from '#test/database.ts';
import { joined, systemContext } from './members.testing.ts';
import { syncMember } from './sync.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});

const app = testApp(() => ({ CRM_URL: sandbox.urls.crm, CRM_ACCESS_TOKEN: sandbox.credentials.crmToken }));

beforeAll(() => partnersOf(app.current).crm().install());
afterAll(() => sandbox?.close());

async function bring(memberId: string, version: number): Promise<void> {
  const ctx = systemContext(app.current);
  const record = await syncMember(ctx, 'crm', { memberId, version });
  await inTransaction(ctx, record);
}

const changeAddress = (memberId: string, email: string) => app.current.database.sql`
  update members set email = ${email}, version = version + 1 where id = ${memberId}`;

test('an address that went from one member to another is taken once its former holder’s change has arrived', async () => {
  const [ada, bob] = [await joined(app.current), await joined(app.current)];
  for (const { memberId } of [ada, bob]) await bring(memberId, 1);
  await changeAddress(ada.memberId, `new.${ada.input.email}`);
  await changeAddress(bob.memberId, ada.input.email);
  await expect(bring(bob.memberId, 2)).rejects.toMatchObject({
    errorClass: 'transient',
    reason: expect.stringMatching(/^HTTP 409 CONFLICT/),
  });
  await bring(ada.memberId, 2);
  await bring(bob.memberId, 2);
  expect(await partnersOf(app.current).crm().readContact(bob.memberId)).toMatchObject({ email: ada.input.email });
});

test('what the CRM will never take stays permanent', async () => {
  const { memberId } = await joined(app.current);
  sandbox.faults.set({ partner: 'crm', fault: 'reject' });
  await expect(bring(memberId, 1)).rejects.toMatchObject({ errorClass: 'permanent' });
  sandbox.faults.clear('crm');
});
