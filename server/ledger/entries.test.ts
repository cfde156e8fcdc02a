import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { maxAmount } from '#db/schema/ledger.ts';
import { AppError } from '#server/errors/errors.ts';
import { systemContext } from '#server/members/members.testing.ts';
import { testApp } from '#test/database.ts';
import { rounds } from '#test/soak.ts';
import { closeAccount, findOrOpenMemberAccount, openLoanAccount, systemAccount } from './commands/accounts.ts';
import { pendEntry, postEntry, postPending, reverseEntry, voidPending } from './commands/entries.ts';
import { accountStream } from './events.ts';
import { booked, fundedAccount, fundedAccountOf } from './ledger.testing.ts';
import { balanceOf } from './queries/accounts.ts';
import type { EntryInput } from './shapes.ts';

const app = testApp();
const sql = () => app.current.database.sql;
const ctx = () => systemContext(app.current);
const house = (code: Parameters<typeof systemAccount>[1], currency = 'EUR') =>
  booked(app.current, (tx) => systemAccount(tx, code, currency));

const movement = (from: string, to: string, amount: number, rest: Partial<EntryInput> = {}): EntryInput => ({
  kind: 'transfer',
  currency: 'EUR',
  postings: [
    { accountId: from, direction: 'debit', amount },
    { accountId: to, direction: 'credit', amount },
  ],
  idempotencyKey: uuidv7(),
  ...rest,
});
const post = (input: EntryInput) => booked(app.current, (tx) => postEntry(tx, input));
const pend = (input: EntryInput) => booked(app.current, (tx) => pendEntry(tx, input));

async function eventsOf(accountId: string): Promise<Array<{ type: string; data: Record<string, unknown> }>> {
  const rows = await sql()<{ type: string; data: string }[]>`
    select type, data::text from events where stream = ${accountStream(accountId)} order by version`;
  return rows.map((row) => ({ type: row.type, data: JSON.parse(row.data) as Record<string, unknown> }));
}

const written = async () => {
  const [row] = await sql()<{ rows: number }[]>`
    select (select count(*) from journal_entries) + (select count(*) from postings) + (select count(*) from events) as rows`;
  return row?.rows;
};

describe('entries', () => {
  it('are told: what moved, and what is there then', async () => {
    const account = await fundedAccount(app.current, 1000);
    const orderId = uuidv7();
    const income = await house('goods_income');
    const entry = await post(movement(account.id, income, 250, { kind: 'sale', refs: { orderId } }));
    const events = await eventsOf(account.id);
    expect(events.map((event) => event.type)).toEqual([
      'account.created',
      'account.credited',
      'balance.updated',
      'account.debited',
      'balance.updated',
    ]);
    expect(events[3]?.data).toEqual({
      accountId: account.id,
      memberId: account.memberId,
      loanId: null,
      entryId: entry.id,
      entryNumber: entry.number,
      kind: 'sale',
      amount: { amount: 250, currency: 'EUR' },
      effectiveOn: entry.effectiveOn,
      orderId,
    });
    expect(events[4]?.data).toMatchObject({ balance: { amount: 750 }, available: { amount: 750 } });
    expect(await eventsOf(income)).toEqual([]);
  });

  it('that hold change what is available, not what is there; a part may be posted and the rest is let go', async () => {
    const account = await fundedAccount(app.current, 1000);
    const income = await house('goods_income');
    const hold = await pend(movement(account.id, income, 600));
    expect(await balanceOf(ctx(), account.id)).toMatchObject({ posted: 1000, pendingDebits: 600, available: 400 });
    const key = uuidv7();
    const part = () =>
      booked(app.current, (tx) => postPending(tx, { entryId: hold.id, idempotencyKey: key, amount: 500 }));
    const posted = await part();
    expect(posted).toMatchObject({ resolves: hold.id, state: 'posted', kind: 'transfer', replayed: false });
    expect(await part()).toEqual({ ...posted, replayed: true });
    expect(await balanceOf(ctx(), account.id)).toMatchObject({ posted: 500, pendingDebits: 0, available: 500 });
    const again = booked(app.current, (tx) => voidPending(tx, { entryId: hold.id, idempotencyKey: uuidv7() }));
    await expect(again).rejects.toMatchObject({ code: 'conflict' });
    const types = (await eventsOf(account.id)).slice(3).map((event) => event.type);
    expect(types).toEqual(['balance.updated', 'account.debited', 'balance.updated']);
  });

  it('that were granted stay granted when the limit is lowered', async () => {
    const account = await fundedAccount(app.current, 0);
    await sql()`update accounts set overdraft_limit = 500 where id = ${account.id}`;
    const hold = await pend(movement(account.id, await house('goods_income'), 500));
    await sql()`update accounts set overdraft_limit = 0 where id = ${account.id}`;
    await booked(app.current, (tx) => postPending(tx, { entryId: hold.id, idempotencyKey: uuidv7() }));
    expect(await balanceOf(ctx(), account.id)).toMatchObject({ posted: -500, available: -500 });
  });

  it('are reversed once, and no reversal is', async () => {
    const account = await fundedAccount(app.current, 100);
    const entry = await post(movement(account.id, await house('goods_income'), 40));
    const reverse = (entryId: string) =>
      booked(app.current, (tx) => reverseEntry(tx, { entryId, idempotencyKey: uuidv7() }));
    const reversal = await reverse(entry.id);
    expect(reversal).toMatchObject({ kind: 'reversal', reverses: entry.id });
    expect(await balanceOf(ctx(), account.id)).toMatchObject({ posted: 100 });
    await expect(reverse(entry.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(reverse(reversal.id)).rejects.toMatchObject({ code: 'rule_violated' });
    await expect(reverse(uuidv7())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('of a loan never repay more than is owed', async () => {
    const { memberId } = await fundedAccount(app.current, 0);
    const loan = await booked(app.current, (tx) =>
      openLoanAccount(tx, { loanId: uuidv7(), memberId: memberId ?? '', currency: 'EUR' }),
    );
    const bank = await house('bank');
    await post(movement(loan.id, bank, 1000, { kind: 'disbursement' }));
    await post(movement(bank, loan.id, 400, { kind: 'repayment' }));
    expect(await balanceOf(ctx(), loan.id)).toMatchObject({ posted: 600, available: 600 });
    await expect(post(movement(bank, loan.id, 601, { kind: 'repayment' }))).rejects.toThrow('6.00 EUR available');
  });
});

describe('many at once', () => {
  it('30 debits of an account with enough for one: one', async () => {
    for (let round = 0; round < rounds(3, 100); round += 1) {
      const account = await fundedAccount(app.current, 100);
      const income = await house('goods_income');
      const all = await Promise.allSettled(
        Array.from({ length: 30 }, (_, n) =>
          n % 3 === 0 ? pend(movement(account.id, income, 100)) : post(movement(account.id, income, 100)),
        ),
      );
      const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      expect(refused).toHaveLength(29);
      for (const error of refused) expect(error).toMatchObject({ code: 'rule_violated' });
      expect(await balanceOf(ctx(), account.id)).toMatchObject({ available: 0 });
    }
  });

  it('30 of one key: one entry', async () => {
    const account = await fundedAccount(app.current, 100);
    const input = movement(account.id, await house('goods_income'), 10);
    const all = await Promise.all(Array.from({ length: 30 }, () => post(input)));
    expect(new Set(all.map((entry) => entry.id)).size).toBe(1);
    expect(all.filter((entry) => !entry.replayed)).toHaveLength(1);
    expect(await balanceOf(ctx(), account.id)).toMatchObject({ posted: 90 });
  });

  it('crossed transfers wait for each other in one order: no deadlock', async () => {
    const accounts = await Promise.all([1, 2, 3].map(() => fundedAccount(app.current, 100_000)));
    const ids = accounts.map((account) => account.id);
    const gateway = await house('gateway');
    const fees = await house('gateway_fees');
    const work = Array.from({ length: rounds(150, 3000) }, (_, n) => async () => {
      const [from = '', to = ''] = [ids[n % 3], ids[(n + 1 + (n % 2)) % 3]];
      const kind = n % 5;
      if (kind === 0) return post(movement(gateway, fees, 1));
      if (kind === 1) return post(movement(fees, gateway, 1));
      const hold = await pend(movement(from, to, 1));
      return kind === 2
        ? booked(app.current, (tx) => voidPending(tx, { entryId: hold.id, idempotencyKey: uuidv7() }))
        : booked(app.current, (tx) => postPending(tx, { entryId: hold.id, idempotencyKey: uuidv7() }));
    });
    const done = await Promise.allSettled(work.map((one) => one()));
    expect(done.filter((one) => one.status === 'rejected')).toEqual([]);
    const balances = await Promise.all(ids.map((id) => balanceOf(ctx(), id)));
    expect(balances.reduce((sum, balance) => sum + balance.posted, 0)).toBe(300_000);
  });

  it('closing and crediting: either it is closed and was not credited, or the other way round', async () => {
    const bank = await house('bank');
    for (let round = 0; round < rounds(20, 300); round += 1) {
      const account = await fundedAccount(app.current, 0);
      const close = () => booked(app.current, (tx) => closeAccount(tx, { accountId: account.id, reason: 'test' }));
      const credit = () => post(movement(bank, account.id, 5, { kind: 'top_up' }));
      const order = round % 2 === 0 ? [close(), credit()] : [credit(), close()].reverse();
      const [closed, credited] = await Promise.allSettled(order);
      expect([closed?.status, credited?.status].sort()).toEqual(['fulfilled', 'rejected']);
      const { posted } = await balanceOf(ctx(), account.id);
      expect(posted).toBe(closed?.status === 'fulfilled' ? 0 : 5);
    }
  });

  it('two that open a member’s account: one account', async () => {
    const { memberId } = await fundedAccount(app.current, 0);
    const all = await Promise.all(
      Array.from({ length: 8 }, () =>
        booked(app.current, (tx) =>
          findOrOpenMemberAccount(tx, { memberId: memberId ?? '', name: 'Francs', currency: 'CHF' }),
        ),
      ),
    );
    expect(new Set(all.map((account) => account.id)).size).toBe(1);
    const made = await Promise.all(Array.from({ length: 8 }, () => house('donations', 'SEK')));
    expect(new Set(made).size).toBe(1);
  });
});

describe('what cannot be', () => {
  it('is refused with its reason, and nothing is written', async () => {
    const account = await fundedAccount(app.current, 1000);
    const other = await fundedAccountOf(app.current, account.memberId ?? '', 1000, { currency: 'USD' });
    const closed = await fundedAccount(app.current, 0);
    await booked(app.current, (tx) => closeAccount(tx, { accountId: closed.id, reason: 'test' }));
    const income = await house('goods_income');
    const dollars = await house('goods_income', 'USD');
    const hold = await pend(movement(account.id, income, 100));
    const posted = await post(movement(account.id, income, 1));
    const of = (amount: number, from = account.id, to = income) => movement(from, to, amount);
    const split: EntryInput = {
      ...of(10),
      postings: [...of(10).postings, { accountId: dollars, direction: 'credit', amount: 1 }],
    };
    const before = await written();
    const cases: Array<[string, () => Promise<unknown>, string, RegExp]> = [
      ['zero', () => post(of(0)), 'rule_violated', /above zero/],
      ['negative', () => post(of(-5)), 'rule_violated', /above zero/],
      ['a fraction', () => post(of(1.5)), 'rule_violated', /whole number/],
      ['not a number', () => post(of(Number.NaN)), 'rule_violated', /whole number/],
      ['too large', () => post(of(maxAmount + 1)), 'rule_violated', /too large/],
      ['beyond counting', () => post(of(Number.MAX_VALUE)), 'rule_violated', /too large/],
      ['more than there is', () => post(of(900)), 'rule_violated', /8\.99 EUR available/],
      ['a hold of more than there is', () => pend(of(900)), 'rule_violated', /8\.99 EUR available/],
      ['another currency', () => post(of(5, other.id)), 'rule_violated', /kept in USD/],
      ['another currency of the house', () => post(of(5, account.id, dollars)), 'rule_violated', /kept in USD/],
      ['no currency', () => post({ ...of(5), currency: 'euro' }), 'rule_violated', /currency/],
      ['a closed account', () => post(of(5, income, closed.id)), 'rule_violated', /is closed/],
      ['an account that is not there', () => post(of(5, income, uuidv7())), 'not_found', /nothing here/],
      ['unbalanced', () => post(split), 'rule_violated', /differ/],
      ['one posting', () => post({ ...of(5), postings: of(5).postings.slice(0, 1) }), 'rule_violated', /postings/],
      ['both sides of one account', () => post(of(5, income, income)), 'rule_violated', /one side/],
      ['no key', () => post({ ...of(5), idempotencyKey: '' }), 'rule_violated', /key/],
      [
        'posting what is posted',
        () => booked(app.current, (tx) => postPending(tx, { entryId: posted.id, idempotencyKey: uuidv7() })),
        'rule_violated',
        /pending/,
      ],
      [
        'posting more than is held',
        () => booked(app.current, (tx) => postPending(tx, { entryId: hold.id, idempotencyKey: uuidv7(), amount: 101 })),
        'rule_violated',
        /never with more/,
      ],
      [
        'reversing a hold',
        () => booked(app.current, (tx) => reverseEntry(tx, { entryId: hold.id, idempotencyKey: uuidv7() })),
        'rule_violated',
        /posted entry/,
      ],
      [
        'closing with something in it',
        () => booked(app.current, (tx) => closeAccount(tx, { accountId: account.id, reason: 'test' })),
        'rule_violated',
        /not at zero/,
      ],
      [
        'closing an account of the house',
        () => booked(app.current, (tx) => closeAccount(tx, { accountId: income, reason: 'test' })),
        'rule_violated',
        /of the house/,
      ],
      [
        'closing twice',
        () => booked(app.current, (tx) => closeAccount(tx, { accountId: closed.id, reason: 'test' })),
        'rule_violated',
        /is closed/,
      ],
    ];
    for (const [what, attempt, code, words] of cases) {
      const error = await attempt().then(
        () => null,
        (reason: unknown) => reason,
      );
      expect([what, error instanceof AppError && error.code]).toEqual([what, code]);
      expect([what, (error as Error).message]).toEqual([what, expect.stringMatching(words)]);
    }
    expect(await written()).toBe(before);
  });

  it('moves no more through an account than it can count', async () => {
    const [bank, income] = [await house('bank', 'NOK'), await house('donations', 'NOK')];
    const big = () => post(movement(bank, income, maxAmount, { currency: 'NOK' }));
    let refusal: unknown = null;
    for (let n = 0; n < 900 && refusal === null; n += 1)
      refusal = await big().then(
        () => null,
        (error: unknown) => error,
      );
    expect(refusal).toMatchObject({ code: 'rule_violated', message: expect.stringContaining('count') });
  });
});

describe('past the commands', () => {
  const attempt = (text: string, values: string[] = []) => sql().begin((tx) => tx.unsafe(text, values));
  const insertEntry = (id: string, rest = `'posted', null, null`) => `
    insert into journal_entries (id, number, kind, currency, effective_on, booked_at, idempotency_key, fingerprint,
      correlation_id, actor, state, resolves, reverses)
    values ('${id}', 'J-x${id}', 'adjustment', 'EUR', now(), now(), '${id}', 'x', '${id}', '{}', ${rest});`;
  const insertPosting = (entry: string, line: number, account: string, direction: string, amount: number) => `
    insert into postings (entry_id, line, account_id, direction, amount, currency, pending, booked_at)
    values ('${entry}', ${line}, '${account}', '${direction}', ${amount}, 'EUR', false, now());`;

  it('the database itself keeps the books', async () => {
    const account = await fundedAccount(app.current, 100);
    const income = await house('goods_income');
    const old = await post(movement(account.id, income, 10));
    const hold = await pend(movement(account.id, income, 10));
    const id = uuidv7();
    const both = (amount: number, other: number, state?: string) =>
      insertEntry(id, state) +
      insertPosting(id, 1, account.id, 'debit', amount) +
      insertPosting(id, 2, income, 'credit', other);
    const before = await written();
    const cases: Array<[string, string, string]> = [
      ['unbalanced', both(5, 6), 'GL000'],
      ['without postings', insertEntry(id), 'GL000'],
      ['one posting', insertEntry(id) + insertPosting(id, 1, account.id, 'debit', 5), 'GL000'],
      ['one posting more', insertPosting(old.id, 3, income, 'credit', 5), 'GL000'],
      ['more than there is', both(81, 81), 'GL001'],
      ['a hold of more than there is', both(81, 81, `'pending', null, null`), 'GL001'],
      ['more than was held', both(11, 11, `'posted', '${hold.id}', null`), 'GL000'],
      ['no mirror image', both(10, 10, `'posted', null, '${old.id}'`), 'GL000'],
      ['resolving what is posted', both(10, 10, `'posted', '${old.id}', null`), 'GL006'],
      ['a void with postings', both(10, 10, `'void', '${hold.id}', null`), 'GL000'],
      ['zero', both(0, 0), '23514'],
      ['negative', both(-5, -5), '23514'],
      ['an entry changed', `update journal_entries set memo = 'x'`, 'GL000'],
      ['a posting changed', 'update postings set amount = amount + 1', 'GL000'],
      ['an entry deleted', 'delete from journal_entries', 'GL000'],
      ['a posting deleted', 'delete from postings', 'GL000'],
      ['truncated', 'truncate journal_entries, postings cascade', 'GL000'],
      ['a balance changed', 'update account_balances set posted_credits = posted_credits + 1', 'GL000'],
      ['a balance made', `insert into account_balances (account_id, stripe) values ('${account.id}', 3)`, 'GL000'],
      ['an account deleted', 'delete from accounts', 'GL000'],
      ['an account’s class changed', `update accounts set class = 'asset' where class = 'liability'`, 'GL000'],
      ['an account’s owner changed', 'update accounts set member_id = null where member_id is not null', 'GL000'],
      [
        'closed with money in it',
        `update accounts set status = 'closed', closed_at = now() where id = '${account.id}'`,
        'GL004',
      ],
    ];
    for (const [what, statement, code] of cases) {
      const error = await attempt(statement).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect([what, error]).toEqual([what, expect.objectContaining({ code })]);
    }
    expect(await written()).toBe(before);
    // The control: what is right is taken, and the balance follows.
    await attempt(both(5, 5));
    expect(await balanceOf(ctx(), account.id)).toMatchObject({ posted: 85, pendingDebits: 10, available: 75 });
  });
});
