import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { inTransaction } from '#server/context/context.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { act } from '#server/members/commands/actions.ts';
import { joined, personContext, staffContext } from '#server/members/members.testing.ts';
import { settleSaga } from '#server/sagas/commands.ts';
import { stuckSagas } from '#server/sagas/stuck.ts';
import { runDatabaseTurn } from '#server/sagas/turn.ts';
import { testApp } from '#test/database.ts';
import { closeAccount, findOrOpenMemberAccount, systemAccount } from '../commands/accounts.ts';
import { postEntry } from '../commands/entries.ts';
import { balanceOf } from '../queries/accounts.ts';
import { requestTransfer } from './commands.ts';
import { findRecipient, getTransfer, listTransfers } from './queries.ts';
import { transactionsLast30 } from './saga.ts';

const app = testApp(() => ({ DATABASE_POOL: '14' }));
let worker: Worker | undefined;
const start = async () => {
  worker ??= await startWorker(app.current, { events, projections, reactions, queues });
};
const stop = async () => {
  await worker?.stop();
  worker = undefined;
};
afterAll(stop);
beforeAll(start);

async function person(funds = 0) {
  const { memberId, ctx } = await joined(app.current);
  const account = await inTransaction(systemContext(app.current), async (tx) => {
    const opened = await findOrOpenMemberAccount(tx, { memberId, name: 'Account', currency: 'EUR' });
    if (funds > 0) {
      await postEntry(tx, {
        kind: 'top_up',
        currency: 'EUR',
        postings: [
          { accountId: await systemAccount(tx, 'bank', 'EUR'), direction: 'debit', amount: funds },
          { accountId: opened.id, direction: 'credit', amount: funds },
        ],
        idempotencyKey: `test:${opened.id}`,
      });
    }
    return opened;
  });
  return { memberId, ctx, accountId: account.id, number: account.number };
}
type Person = Awaited<ReturnType<typeof person>>;

const send = (from: Person, to: Person, amount: number, note?: string) =>
  requestTransfer(from.ctx, {
    fromAccountId: from.accountId,
    toAccountId: to.accountId,
    amount,
    currency: 'EUR',
    ...(note ? { note } : {}),
  });
const balance = async (of: Person) => (await balanceOf(staffContext(app.current), of.accountId)).posted;
const until = (of: Person, id: string, status: string) =>
  eventually(async () => {
    expect((await getTransfer(of.ctx, id)).status).toBe(status);
  });
const transit = async () => {
  const [row] = await app.current.database.sql<{ n: number }[]>`
    select coalesce(sum(posted_credits - posted_debits), 0)::int as n from account_balances b join accounts a on a.id = b.account_id
    where a.code = 'transfers_in_transit'`;
  return row?.n;
};

describe('a transfer', () => {
  it('is debited, credited and counted for both, each once and with its event', async () => {
    const [ada, bob] = [await person(10_000), await person()];
    const { id } = await send(ada, bob, 2_550, 'For the dinner');
    await until(ada, id, 'completed');
    expect([await balance(ada), await balance(bob), await transit()]).toEqual([7_450, 2_550, 0]);
    const ctx = systemContext(app.current);
    expect([await transactionsLast30(ctx, ada.memberId), await transactionsLast30(ctx, bob.memberId)]).toEqual([1, 1]);
    const types = await app.current.database.sql<{ type: string }[]>`
      select type from events where correlation_id = (select correlation_id from transfers where id = ${id})
      and type ~ '^(transfer|account|customer)' order by recorded_at, id`;
    expect(types.map((row) => row.type)).toEqual([
      'transfer.requested',
      'account.debited',
      'account.credited',
      'customer.view.updated',
      'customer.view.updated',
      'transfer.completed',
    ]);
    expect((await getTransfer(ada.ctx, id)).steps.map((step) => `${step.name} ${step.status}`)).toEqual([
      'debit completed',
      'credit completed',
      'customer-view completed',
    ]);
  });

  it('shows its note to both, and not to staff', async () => {
    const [ada, bob] = [await person(1_000), await person()];
    const { id } = await send(ada, bob, 10, 'Thank you');
    await until(bob, id, 'completed');
    expect((await getTransfer(ada.ctx, id)).note).toBe('Thank you');
    expect(await getTransfer(bob.ctx, id)).toMatchObject({ note: 'Thank you', direction: 'in', sagaId: null });
    expect(await getTransfer(staffContext(app.current), id)).toMatchObject({ note: null, direction: null });
    expect((await listTransfers(bob.ctx, { limit: 10 })).data).toHaveLength(1);
  });

  it('names the other party to both as far as they need, and to each their own account', async () => {
    const [ada, bob] = [await person(1_000), await person()];
    const { id } = await send(ada, bob, 10);
    await until(bob, id, 'completed');
    const sent = { otherParty: 'Ada O.', fromAccountNumber: ada.number, toAccountNumber: null };
    const received = { otherParty: 'Ada O.', fromAccountNumber: null, toAccountNumber: bob.number };
    await app.current.database.sql`
      update members set given_name = 'Robert', family_name = 'Østby' where id = ${bob.memberId}`;
    expect(await getTransfer(ada.ctx, id)).toMatchObject({ ...sent, otherParty: 'Robert Ø.' });
    expect(await getTransfer(bob.ctx, id)).toMatchObject(received);
    expect((await listTransfers(ada.ctx, { limit: 1 })).data[0]).toMatchObject({ ...sent, otherParty: 'Robert Ø.' });
    expect(await getTransfer(staffContext(app.current), id)).toMatchObject({
      otherParty: null,
      fromAccountNumber: ada.number,
      toAccountNumber: bob.number,
    });
    await app.current.database.sql`update members set status = 'erased' where id = ${ada.memberId}`;
    expect((await getTransfer(bob.ctx, id)).otherParty).toBeNull();
  });

  it('holds the money at once: two cannot promise the same', async () => {
    await stop();
    const [ada, bob] = [await person(1_000), await person()];
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => send(ada, bob, 600)));
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'rule_violated' });
    const { posted, available } = await balanceOf(staffContext(app.current), ada.accountId);
    expect([posted, available]).toEqual([1_000, 400]);
    await start();
  });

  it('goes back to the sender when the other account was closed meanwhile', async () => {
    await stop();
    const [ada, bob] = [await person(1_000), await person()];
    const { id } = await send(ada, bob, 700);
    await inTransaction(systemContext(app.current), (tx) =>
      closeAccount(tx, { accountId: bob.accountId, reason: 'test' }),
    );
    await start();
    await until(ada, id, 'compensated');
    expect([await balance(ada), await transit()]).toEqual([1_000, 0]);
    expect(await getTransfer(ada.ctx, id)).toMatchObject({ failure: { code: 'rule_violated' } });
    const { available } = await balanceOf(staffContext(app.current), ada.accountId);
    expect(available).toBe(1_000);
  });
});

describe('settled by hand', () => {
  /** One that got stuck after so many of its steps. */
  async function stuckAfter(steps: number, from: Person, to: Person) {
    const { id } = await send(from, to, 600);
    const { sql } = app.current.database;
    for (let n = 0; n < steps; n += 1) {
      const [saga] = await sql<{ id: string; turn: number }[]>`select id, turn from sagas where subject_id = ${id}`;
      const turn = { sagaId: saga?.id ?? '', turn: saga?.turn ?? 0, timedOut: false };
      await inTransaction(systemContext(app.current), (tx) => runDatabaseTurn(tx, turn, new AbortController().signal));
    }
    const [saga] = await sql<{ id: string }[]>`
      update sagas set status = 'stuck' where subject_id = ${id} returning id`;
    const settle = (outcome: 'completed' | 'failed') =>
      settleSaga(personContext(app.current, { roles: ['staff'] }), saga?.id ?? '', { outcome, reason: 'By hand' });
    return { id, settle };
  }
  const held = async (of: Person) => {
    const { posted, available } = await balanceOf(staffContext(app.current), of.accountId);
    return [posted, available];
  };

  it.each([0, 1, 2])('after %i steps the books agree with what was said', async (steps) => {
    await stop();
    const [ada, bob] = [await person(1_000), await person()];
    const done = await stuckAfter(steps, ada, bob);
    await done.settle('completed');
    expect([await held(ada), await held(bob), await transit()]).toEqual([[400, 400], [600, 600], 0]);
    expect((await getTransfer(ada.ctx, done.id)).status).toBe('completed');
    const undone = await stuckAfter(steps, bob, ada);
    await undone.settle('failed');
    expect([await held(ada), await held(bob), await transit()]).toEqual([[400, 400], [600, 600], 0]);
    expect((await getTransfer(bob.ctx, undone.id)).status).toBe(steps === 0 ? 'failed' : 'compensated');
  });

  it('is refused when the books do not allow it, and nothing changes', async () => {
    await stop();
    const [ada, bob, eve] = [await person(2_000), await person(), await person()];
    const spent = await stuckAfter(2, ada, bob);
    const { number } = await getTransfer(ada.ctx, spent.id);
    expect((await stuckSagas(app.current.database.sql, 1)).oldest).toMatchObject([{ subjectNumber: number }]);
    await send(bob, eve, 500);
    await expect(spent.settle('failed')).rejects.toMatchObject({ code: 'rule_violated' });
    expect((await getTransfer(ada.ctx, spent.id)).status).toBe('pending');
    await spent.settle('completed');
    const closed = await stuckAfter(1, ada, await person());
    await app.current.database.sql`
      update accounts set status = 'closed', closed_at = now() where id = (select to_account_id from transfers where id = ${closed.id})`;
    await expect(closed.settle('completed')).rejects.toMatchObject({ code: 'rule_violated' });
    await closed.settle('failed');
    expect([await held(ada), await transit()]).toEqual([[1_400, 1_400], 0]);
  });

  afterAll(start);
});

describe('who', () => {
  const from = (who: Person, to: Person) => send(who, to, 10);

  it('is suspended sends nothing', async () => {
    const [ada, bob] = [await person(1_000), await person()];
    await act(personContext(app.current, { roles: ['admin'] }), ada.memberId, 'suspend', 'Fraud');
    await expect(from(ada, bob)).rejects.toMatchObject({ code: 'rule_violated' });
  });

  it.each(['erased', 'deceased'])('is %s has no account that anybody could find or pay into', async (status) => {
    const [ada, bob] = [await person(1_000), await person()];
    await app.current.database.sql`update members set status = ${status} where id = ${bob.memberId}`;
    await expect(from(ada, bob)).rejects.toMatchObject({ message: 'There is no such account.' });
    await expect(findRecipient(ada.ctx, bob.number)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of the staff looks at a transfer is in the trail of both', async () => {
    const [ada, bob] = [await person(1_000), await person()];
    const { id } = await send(ada, bob, 10);
    const looks = async (part: string) =>
      (
        await app.current.database.sql<{ id: string }[]>`
          select resource_id as id from audit_entries where action = 'member.read' and after->'looked' ? ${part}
            and resource_id = any(${[ada.memberId, bob.memberId]}::text[])`
      )
        .map((row) => row.id)
        .sort();
    await getTransfer(ada.ctx, id);
    await listTransfers(bob.ctx, { limit: 10 });
    expect([await looks('transfer'), await looks('transfers')]).toEqual([[], []]);
    await getTransfer(staffContext(app.current), id);
    await listTransfers(staffContext(app.current), { limit: 10, memberId: ada.memberId });
    expect([await looks('transfer'), await looks('transfers')]).toEqual([
      [ada.memberId, bob.memberId].sort(),
      [ada.memberId],
    ]);
  });
});

describe('what cannot be', () => {
  it('is refused with its reason, and nothing is written', async () => {
    const [ada, bob] = [await person(1_000), await person()];
    const good = { fromAccountId: ada.accountId, toAccountId: bob.accountId, amount: 1, currency: 'EUR' };
    const house = await inTransaction(systemContext(app.current), (tx) => systemAccount(tx, 'bank', 'EUR'));
    const cases: Array<[object, string]> = [
      [{ amount: 1_001 }, 'rule_violated'],
      [{ amount: 0 }, 'rule_violated'],
      [{ amount: -5 }, 'rule_violated'],
      [{ amount: 0.5 }, 'rule_violated'],
      [{ amount: Number.MAX_SAFE_INTEGER }, 'rule_violated'],
      [{ currency: 'USD' }, 'rule_violated'],
      [{ toAccountId: ada.accountId }, 'rule_violated'],
      [{ toAccountId: house }, 'rule_violated'],
      [{ fromAccountId: bob.accountId, toAccountId: ada.accountId }, 'not_found'],
      [{ fromAccountId: house }, 'not_found'],
    ];
    for (const [change, code] of cases) {
      await expect(requestTransfer(ada.ctx, { ...good, ...change }), JSON.stringify(change)).rejects.toMatchObject({
        code,
      });
    }
    expect((await listTransfers(ada.ctx, { limit: 10 })).data).toHaveLength(0);
    expect(await balanceOf(staffContext(app.current), ada.accountId)).toMatchObject({
      posted: 1_000,
      available: 1_000,
    });
  });

  it('is not told of between others', async () => {
    const [ada, bob, eve] = [await person(100), await person(), await person()];
    const { id } = await send(ada, bob, 50);
    await expect(getTransfer(eve.ctx, id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(listTransfers(eve.ctx, { limit: 10, memberId: ada.memberId })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('tells only as much of a holder as one needs to recognise them', async () => {
    const [ada, bob] = [await person(), await person()];
    expect(await findRecipient(ada.ctx, bob.number)).toEqual({
      accountId: bob.accountId,
      holder: 'Ada O.',
      currency: 'EUR',
    });
    await expect(findRecipient(ada.ctx, 'A-999999')).rejects.toMatchObject({ code: 'not_found' });
  });
});
