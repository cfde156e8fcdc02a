import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { aSignedInUser, type SignedInUser } from '#server/access/access.testing.ts';
import { testWeb } from '#server/gateway/web.testing.ts';
import { systemContext } from '#server/members/members.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import {
  closeAccount,
  findOrOpenMemberAccount,
  openLoanAccount,
  openMissingAccounts,
  systemAccount,
} from './commands/accounts.ts';
import { checkLedger } from './commands/checks.ts';
import { pendEntry, postEntry } from './commands/entries.ts';
import { booked, fundedAccountOf } from './ledger.testing.ts';
import { findMemberAccount } from './queries/accounts.ts';
import type {
  Account,
  AccountEntryView,
  AccountView,
  CheckView,
  EntryInput,
  EntryView,
  TrialBalanceView,
} from './shapes.ts';

const app = testApp();
const server = testWeb(app);
const sql = () => app.current.database.sql;
let ada: SignedInUser;
let bob: SignedInUser;
let staff: SignedInUser;
let auditor: SignedInUser;
let account: Account;
let income: string;

beforeAll(async () => {
  await prepareQueues(app.current, queues);
  const people = await Promise.all([aSignedInUser(app.current), aSignedInUser(app.current)]);
  [ada, bob] = people;
  staff = await aSignedInUser(app.current, { roles: ['staff'] });
  auditor = await aSignedInUser(app.current, { roles: ['auditor'] });
  account = await fundedAccountOf(app.current, ada.memberId ?? '', 100_000);
  income = await booked(app.current, (tx) => systemAccount(tx, 'course_income', 'EUR'));
  for (let n = 1; n <= 7; n += 1) await post(spending(n * 100));
  await booked(app.current, (tx) => pendEntry(tx, spending(5000)));
});

const spending = (amount: number, rest: Partial<EntryInput> = {}): EntryInput => ({
  kind: 'payment',
  currency: 'EUR',
  postings: [
    { accountId: account.id, direction: 'debit', amount },
    { accountId: income, direction: 'credit', amount },
  ],
  idempotencyKey: uuidv7(),
  memo: `=Course ${amount}`,
  refs: { orderId: uuidv7() },
  ...rest,
});
const post = (input: EntryInput) => booked(app.current, (tx) => postEntry(tx, input));

async function call<T>(
  who: SignedInUser,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: T; raw: Response }> {
  const raw = await fetch(`${server.url}/api/v1${path}`, {
    headers: { cookie: who.cookie, 'content-type': 'application/json', 'idempotency-key': uuidv7() },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const json = raw.headers.get('content-type')?.includes('json') ?? false;
  return { status: raw.status, body: (json ? await raw.json() : null) as T, raw };
}

interface List<T> {
  data: T[];
  nextCursor: string | null;
}

describe('a member', () => {
  it('sees their own accounts with what is available, and nobody else’s', async () => {
    const { body } = await call<List<AccountView>>(ada, '/accounts');
    expect(body.data).toMatchObject([
      {
        id: account.id,
        balance: { amount: 97_200, currency: 'EUR' },
        pendingDebits: { amount: 5_000 },
        available: { amount: 92_200 },
      },
    ]);
    expect((await call<List<AccountView>>(bob, '/accounts')).body.data).toEqual([]);
    const paths = [
      '',
      '/entries',
      '/statement.csv?from=2026-01-01&to=2027-01-01',
      '/statement.pdf?from=2026-01-01&to=2027-01-01',
    ];
    for (const path of paths) {
      const told = [await call(bob, `/accounts/${account.id}${path}`), await call(bob, `/accounts/${uuidv7()}${path}`)];
      expect(told.map((one) => one.status)).toEqual([404, 404]);
      expect((await call(bob, `/accounts/${income}${path}`)).status).toBe(404);
      expect((await call(ada, `/accounts/${account.id}${path}`)).status).toBe(200);
    }
    expect((await call(bob, `/accounts?memberId=${ada.memberId}`)).status).toBe(404);
    for (const path of ['/ledger/trial-balance', '/ledger/entries', '/ledger/checks']) {
      expect((await call(ada, path)).status).toBe(403);
    }
  });

  it('pages through what moved, newest first, each line with the balance after it; and sees what is held', async () => {
    const lines: AccountEntryView[] = [];
    let cursor: string | null = null;
    do {
      const page: List<AccountEntryView> = (
        await call<List<AccountEntryView>>(
          ada,
          `/accounts/${account.id}/entries?limit=3${cursor ? `&cursor=${cursor}` : ''}`,
        )
      ).body;
      lines.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor);
    expect(lines.map((line) => line.balanceAfter?.amount)).toEqual([
      97_200, 97_900, 98_500, 99_000, 99_400, 99_700, 99_900, 100_000,
    ]);
    const held = await call<List<AccountEntryView>>(ada, `/accounts/${account.id}/entries?state=pending`);
    expect(held.body.data).toMatchObject([{ amount: { amount: 5_000 }, balanceAfter: null }]);
    const later = `/accounts/${account.id}/entries?from=${new Date(Date.now() + 60_000).toISOString()}`;
    expect((await call<List<AccountEntryView>>(ada, later)).body.data).toEqual([]);
    expect((await call(ada, `/accounts/${account.id}/entries?cursor=${btoa('["x"]')}`)).status).toBe(400);
  });

  it('takes a statement home as CSV and as PDF', async () => {
    const days = `from=2026-01-01&to=${new Date().toISOString().slice(0, 10)}`;
    const csv = (await call(ada, `/accounts/${account.id}/statement.csv?${days}`)).raw;
    expect(csv.headers.get('content-disposition')).toContain(`statement-${account.number}`);
    const rows = (await csv.text()).trim().split('\n');
    expect(rows).toHaveLength(10);
    expect(rows[1]).toContain('opening balance');
    expect(rows[2]).toMatch(/top_up,,,1000\.00,1000\.00,EUR$/);
    // A spreadsheet would run it.
    expect(rows[3]).toMatch(/payment,'=Course 100,1\.00,,999\.00,EUR$/);
    expect(rows.at(-1)).toContain(',972.00,EUR');
    const pdf = (await call(ada, `/accounts/${account.id}/statement.pdf?${days}`)).raw;
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    const bytes = Buffer.from(await pdf.arrayBuffer());
    expect(bytes.subarray(0, 8).toString()).toBe('%PDF-1.7');
    expect(bytes.subarray(-6).toString()).toContain('%%EOF');
    const past = (await call(ada, `/accounts/${account.id}/statement.csv?from=2020-01-01&to=2020-12-31`)).raw;
    expect((await past.text()).trim().split('\n')).toHaveLength(2);
    for (const wrong of ['from=2026-02-01&to=2026-01-01', 'from=2026-02-30&to=2026-03-01', 'from=2026-01-01']) {
      expect((await call(ada, `/accounts/${account.id}/statement.csv?${wrong}`)).status).toBe(400);
    }
  });
});

describe('staff', () => {
  it('find accounts by number, member and owner; looking at a member’s is in the trail', async () => {
    const found = await call<List<AccountView>>(staff, `/accounts?number=${account.number}`);
    expect(found.body.data.map((one) => one.id)).toEqual([account.id]);
    const house = await call<List<AccountView>>(auditor, '/accounts?owner=house');
    expect(house.body.data.map((one) => one.code).sort()).toEqual(['bank', 'course_income']);
    expect(house.body.data.every((one) => one.available === null)).toBe(true);
    await call(staff, `/accounts/${account.id}`);
    const trail = await sql()`
      select 1 from audit_entries where action = 'account.read' and resource_id = ${account.id} and actor_id = ${staff.id}`;
    expect(trail.length).toBeGreaterThan(0);
  });

  it('search the journal by kind, reference, account, amount and time', async () => {
    const orderId = uuidv7();
    const entry = await post(spending(321, { refs: { orderId }, kind: 'donation' }));
    for (const filter of [`ref=${orderId}`, 'kind=donation', 'amount=321', `accountId=${account.id}&limit=1`]) {
      const { body } = await call<List<EntryView>>(staff, `/ledger/entries?${filter}`);
      expect([filter, body.data.map((one) => one.id)]).toEqual([filter, [entry.id]]);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: List<EntryView> = (
        await call<List<EntryView>>(staff, `/ledger/entries?limit=4${cursor ? `&cursor=${cursor}` : ''}`)
      ).body;
      seen.push(...page.data.map((one) => one.id));
      cursor = page.nextCursor;
    } while (cursor);
    const [count] = await sql()<{ n: number }[]>`select count(*)::int as n from journal_entries`;
    expect([seen.length, new Set(seen).size]).toEqual([count?.n, count?.n]);
  });

  it('reverse by hand only what was posted by hand: an order, a payment or a loan rests on the rest', async () => {
    for (const refs of [
      { orderId: uuidv7() },
      { paymentId: uuidv7() },
      { transferId: uuidv7() },
      { loanId: uuidv7() },
    ]) {
      const entry = await post(spending(10, { refs, kind: 'adjustment' }));
      expect((await call<EntryView>(staff, `/ledger/entries/${entry.id}`)).body.reversible).toBe(false);
      const refused = await call<{ detail: string }>(staff, `/ledger/entries/${entry.id}/reverse`, { reason: 'x' });
      expect([refused.status, refused.body.detail]).toEqual([422, expect.stringContaining('by hand')]);
    }
    const manual = await post(spending(10, { kind: 'adjustment', refs: {} }));
    expect((await call<EntryView>(staff, `/ledger/entries/${manual.id}`)).body.reversible).toBe(true);
  });

  it('adjust no loan’s account: its schedule would not follow', async () => {
    const loan = await booked(app.current, (tx) =>
      openLoanAccount(tx, { loanId: uuidv7(), memberId: bob.memberId ?? '', currency: 'EUR' }),
    );
    const { status, body } = await call<{ errors: unknown }>(staff, '/ledger/adjustments', {
      currency: 'EUR',
      postings: [
        { account: loan.id, direction: 'debit', amount: 5 },
        { account: income, direction: 'credit', amount: 5 },
      ],
      reason: 'test',
    });
    expect([status, body.errors]).toEqual([422, [expect.objectContaining({ path: 'postings.0.account' })]]);
  });

  it('reverse once, with a reason; nobody corrects their own account; an auditor corrects nothing', async () => {
    const entry = await post(spending(50, { kind: 'adjustment', refs: {} }));
    expect((await call(auditor, `/ledger/entries/${entry.id}/reverse`, { reason: 'wrong' })).status).toBe(403);
    expect((await call(staff, `/ledger/entries/${entry.id}/reverse`, {})).status).toBe(400);
    const both = await aSignedInUser(app.current, { roles: ['member', 'staff'] });
    const own = await fundedAccountOf(app.current, both.memberId ?? '', 100);
    const [topUp] = (await call<List<AccountEntryView>>(both, `/accounts/${own.id}/entries`)).body.data;
    expect((await call(both, `/ledger/entries/${topUp?.entryId}/reverse`, { reason: 'mine' })).status).toBe(403);
    const { status, body } = await call<EntryView>(staff, `/ledger/entries/${entry.id}/reverse`, {
      reason: 'Wrong member',
    });
    expect([status, body.kind, body.reverses]).toEqual([201, 'reversal', entry.id]);
    expect((await call(staff, `/ledger/entries/${entry.id}/reverse`, { reason: 'again' })).status).toBe(409);
    expect((await call<EntryView>(staff, `/ledger/entries/${entry.id}`)).body.reversedBy).toBe(body.id);
    const [trail] = await sql()<{ reason: string; subject: string }[]>`
      select reason, subject_id as subject from audit_entries where action = 'ledger.reverse' and resource_id = ${body.id}`;
    expect(trail?.subject).toBe(ada.memberId);
    expect(trail?.reason).toMatch(/^sealed:/);
  });

  it('adjust within what can be; what cannot be is refused with its status, and nothing is written', async () => {
    const dollars = await fundedAccountOf(app.current, bob.memberId ?? '', 500, { currency: 'USD' });
    const closed = await booked(app.current, async (tx) => {
      const one = await findOrOpenMemberAccount(tx, { memberId: bob.memberId ?? '', name: 'x', currency: 'CHF' });
      return closeAccount(tx, { accountId: one.id, reason: 'test' });
    });
    const body = (amount: unknown, to: string = account.id, currency = 'EUR', from = 'loan_losses') => ({
      currency,
      postings: [
        { account: from, direction: 'debit', amount },
        { account: to, direction: 'credit', amount },
      ],
      reason: 'test',
    });
    const counted = async () => (await sql()<{ n: number }[]>`select count(*)::int as n from postings`)[0]?.n;
    const before = await counted();
    const cases: Array<[string, unknown, number]> = [
      ['zero', body(0), 400],
      ['negative', body(-1), 400],
      ['a fraction', body(1.5), 400],
      ['overflow', body(1e20), 400],
      ['too large', body(10_000_000_000_001), 400],
      ['words', body('12'), 400],
      ['another currency', body(5, dollars.id), 422],
      ['no such currency', body(5, account.id, 'euro'), 400],
      ['closed', body(5, closed.id, 'CHF'), 422],
      ['not there', body(5, uuidv7()), 404],
      ['no such code', body(5, 'petty_cash'), 400],
      ['more than there is', body(1_000_000, 'bank', 'EUR', account.id), 422],
      ['no reason', { ...body(5), reason: '' }, 400],
      [
        'unbalanced',
        { ...body(5), postings: [...body(5).postings, { account: income, direction: 'credit', amount: 1 }] },
        422,
      ],
    ];
    for (const [what, wrong, status] of cases) {
      const answer = await call<{ detail: string }>(staff, '/ledger/adjustments', wrong);
      expect([what, answer.status]).toEqual([what, status]);
      expect([what, answer.body.detail.length > 10]).toEqual([what, true]);
    }
    expect(await counted()).toBe(before);
    const { status, body: entry } = await call<EntryView>(staff, '/ledger/adjustments', body(5));
    expect([status, entry.kind, entry.postings.length]).toEqual([201, 'adjustment', 2]);
  });
});

describe('the books', () => {
  it('are in balance, and say when that was last checked; what is not right is found and told', async () => {
    const asked = await call<{ id: string }>(staff, '/ledger/checks', {});
    expect(asked.status).toBe(202);
    const jobs = await sql()`select 1 from pgboss.job where name = 'ledger-checks' and id = ${asked.body.id}`;
    expect(jobs).toHaveLength(1);
    await booked(app.current, (tx) => checkLedger(tx, { kind: 'request', id: asked.body.id, requestedBy: staff.id }));
    const good = await call<TrialBalanceView>(auditor, '/ledger/trial-balance');
    expect(good.body.lastCheck).toMatchObject({ id: asked.body.id, status: 'ok', cause: 'request', mismatches: [] });
    expect(good.body.totals.map((one) => one.difference)).toEqual(good.body.totals.map(() => 0));
    expect(good.body.lines.find((one) => one.code === 'member_accounts' && one.currency === 'EUR')?.class).toBe(
      'liability',
    );

    // Somebody with the keys to the database, past all triggers.
    const [first] = await sql()<{ id: string }[]>`select entry_id as id from postings order by id limit 1`;
    await sql().begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`update postings set amount = amount + 1 where entry_id = ${first?.id ?? ''} and line = 1`;
      await tx`update account_balances set posted_debits = posted_debits + 100000000 where account_id = ${account.id}`;
    });
    expect(await booked(app.current, (tx) => checkLedger(tx, { kind: 'schedule' }))).toEqual({ status: 'failed' });
    const [failed] = (await call<List<CheckView>>(auditor, '/ledger/checks?limit=1')).body.data;
    expect(new Set(failed?.mismatches.map((one) => one.kind))).toEqual(
      new Set(['entry', 'balance', 'trial-balance', 'limit']),
    );
    expect(failed?.mismatches.find((one) => one.kind === 'entry')?.id).toBe(first?.id);
    expect(failed?.mismatches.some((one) => one.kind === 'balance' && one.id === account.number)).toBe(true);
    const told = await sql()`select 1 from events where type = 'ledger.check.failed'`;
    expect(told).toHaveLength(1);
  });
});

describe('members', () => {
  it('who have no account get one, a batch at a time; those who left do not', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => aSignedInUser(app.current)));
    await sql()`update members set status = 'resigned' where id = ${people[0]?.memberId ?? ''}`;
    const opened: number[] = [];
    do opened.push(await booked(app.current, (tx) => openMissingAccounts(tx, 3)));
    while ((opened.at(-1) ?? 0) > 0);
    expect(opened.slice(0, -2).every((count) => count === 3)).toBe(true);
    const found = await Promise.all(
      people.map((one) => findMemberAccount(systemContext(app.current), one.memberId ?? '', 'EUR')),
    );
    expect(found.map((one) => one !== null)).toEqual([false, true, true, true, true]);
  });
});
