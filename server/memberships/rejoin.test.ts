import { expect, it } from 'vitest';
import { inTransaction } from '#server/context/context.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { rejoin, resign } from '#server/members/commands/status.ts';
import { joined } from '#server/members/members.testing.ts';
import { testHouse } from '#server/payments/payments.testing.ts';
import { followMember } from './commands/follow-member.ts';
import { aMembershipOf, buyPlan, membershipNow, professional, recordOf } from './memberships.testing.ts';
import { addDays, dayOf } from './rules.ts';

const house = testHouse();
const app = () => house.app.current;
const today = () => dayOf(new Date());

/** A member with a card that renews by itself, paid for most of a year. */
async function covered() {
  const person = await joined(app());
  await aMembershipOf(app(), person.memberId, addDays(today(), -30));
  await app().database.sql`
    update members set status = 'active', paid_until = current_date + 300 where id = ${person.memberId}`;
  await app().database.sql`update memberships set auto_renew = true where member_id = ${person.memberId}`;
  return person;
}

/** How many times it was followed that somebody left, or came back. */
async function newsFollowed(memberId: string): Promise<number> {
  const [jobs] = await app().database.sql<{ n: number }[]>`
    select count(*)::int as n from pgboss.job
    where name = 'membership-people' and state = 'completed' and data->'payload'->>'memberId' = ${memberId}`;
  return jobs?.n ?? 0;
}

it('who takes a resignation back goes on, and is not charged without saying so', async () => {
  const { memberId, ctx } = await covered();
  await resign(ctx, memberId);
  await eventually(async () => expect(await membershipNow(app(), memberId)).toMatchObject({ cancelAtEnd: true }));
  await rejoin(ctx, memberId);
  await eventually(async () =>
    expect(await membershipNow(app(), memberId)).toMatchObject({
      status: 'active',
      cancelAtEnd: false,
      autoRenew: false,
    }),
  );
});

it('news of leaving that comes after the return changes nothing', async () => {
  const { memberId, ctx } = await covered();
  await resign(ctx, memberId);
  await rejoin(ctx, memberId);
  await eventually(async () => expect(await newsFollowed(memberId)).toBe(2));
  await inTransaction(systemContext(app()), (tx) => followMember(tx, { memberId, how: 'resigned' }));
  expect((await membershipNow(app(), memberId)).cancelAtEnd).toBe(false);
});

it('who resigned, or lapsed, long ago is a member again once a plan is paid', async () => {
  const resigned = await joined(app());
  await resign(resigned.ctx, resigned.memberId);
  await rejoin(resigned.ctx, resigned.memberId);
  const lapsed = await joined(app());
  await app().database.sql`
    update members set status = 'lapsed', paid_until = '2020-01-01' where id = ${lapsed.memberId}`;
  for (const { memberId } of [resigned, lapsed]) {
    await buyPlan(app(), memberId, professional);
    await eventually(async () => expect((await recordOf(app(), memberId))?.status).toBe('active'));
  }
});
