import { beforeAll, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import type { Role } from '#server/access/permissions.ts';
import { inTransaction } from '#server/context/context.ts';
import { systemContext } from '#server/events/store.testing.ts';
import { findOrOpenMemberAccount } from '#server/ledger/commands/accounts.ts';
import { listAccounts } from '#server/ledger/queries/accounts.ts';
import { listLoans } from '#server/loans/queries/loans.ts';
import { joined, personContext, staffContext } from '#server/members/members.testing.ts';
import { aMembershipOf } from '#server/memberships/memberships.testing.ts';
import { aProduct, place } from '#server/orders/orders.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { memberMoney } from './member-money.ts';

const app = testApp();
const sql = () => app.current.database.sql;
beforeAll(() => prepareQueues(app.current, queues));

const looks = (resource: string) => sql()`
  select action, resource_type as type, resource_id as id, after->'looked' as looked from audit_entries
  where resource_type = ${resource} and (action like '%.list' or action like '%.read') order by at, id`;

it('a member’s money is one look: what each list has of it, the last of it first', async () => {
  const { memberId } = await joined(app.current);
  const membershipId = await aMembershipOf(app.current, memberId);
  const product = await aProduct(app.current, { digital: true });
  const orders = [];
  for (let n = 0; n < 4; n += 1) orders.push(await place(app.current, memberId, [product.line()]));
  const account = await inTransaction(systemContext(app.current), (tx) =>
    findOrOpenMemberAccount(tx, { memberId, name: 'Account', currency: 'EUR' }),
  );
  const staff = staffContext(app.current);
  const money = await memberMoney(staff, memberId);
  expect(money).toMatchObject({
    accounts: [{ id: account.id, balance: { amount: 0, currency: 'EUR' } }],
    membership: { id: membershipId, status: 'active' },
    loans: [],
    card: null,
    payments: [],
  });
  expect(money.orders?.map(({ id }) => id)).toEqual(
    orders
      .slice(1)
      .map(({ id }) => id)
      .reverse(),
  );
  const [entry, ...others] = (await looks('member')).filter(({ id }) => id === memberId);
  expect(others).toEqual([]);
  expect(entry?.looked).toEqual(['money']);
});

it('is not there for whoever may not open members, nor of nobody', async () => {
  const { memberId } = await joined(app.current);
  const by = (role: Role) => personContext(app.current, { roles: [role] });
  await expect(memberMoney(by('auditor'), memberId)).rejects.toMatchObject({ code: 'not_found' });
  await expect(memberMoney(by('member'), memberId)).rejects.toMatchObject({ code: 'not_found' });
  await expect(memberMoney(by('staff'), '0199aaaa-0000-7000-8000-000000000000')).rejects.toMatchObject({
    code: 'not_found',
  });
});

it('a list of everybody’s is one entry for the list, in nobody’s own trail; one’s own is none', async () => {
  const now = () => new Date('2030-01-01T10:00:00Z');
  const staff = { ...staffContext(app.current), now };
  const { ctx, memberId } = await joined(app.current);
  for (let reads = 0; reads < 2; reads += 1) {
    await listLoans(staff, { order: 'newest', limit: 10 });
    await listAccounts(staff, { limit: 10 });
  }
  await listAccounts(staff, { owner: 'house', limit: 10 });
  expect(await looks('loan')).toEqual([{ action: 'loan.list', type: 'loan', id: null, looked: ['loans'] }]);
  expect(await looks('account')).toEqual([{ action: 'account.list', type: 'account', id: null, looked: ['accounts'] }]);
  await listLoans({ ...ctx, now }, { order: 'newest', limit: 10 });
  await listAccounts({ ...ctx, now }, { limit: 10 });
  await listAccounts(staff, { memberId, limit: 10 });
  expect(await looks('loan')).toHaveLength(1);
  expect((await looks('member')).filter(({ id }) => id === memberId)).toMatchObject([{ looked: ['accounts'] }]);
});
