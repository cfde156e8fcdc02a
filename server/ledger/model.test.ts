import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { expect, it } from 'vitest';
import { AppError } from '#server/errors/errors.ts';
import { joined, systemContext } from '#server/members/members.testing.ts';
import { testApp } from '#test/database.ts';
import { rounds } from '#test/soak.ts';
import { closeAccount, openLoanAccount, openMemberAccount, systemAccount } from './commands/accounts.ts';
import { checkLedger } from './commands/checks.ts';
import { pendEntry, postEntry, postPending, reverseEntry, voidPending } from './commands/entries.ts';
import { booked } from './ledger.testing.ts';
import { listAccountEntries } from './queries/account-entries.ts';
import { balanceOf } from './queries/accounts.ts';
import { statementOf } from './queries/statement.ts';
import type { EntryInput, JournalEntry, Posting } from './shapes.ts';

/** The ledger beside a model of it in a few lines: whatever is done, both say the same. */

const app = testApp();

interface ModelAccount {
  id: string;
  kind: 'member' | 'loan' | 'house';
  overdraft: number;
  posted: number;
  heldOut: number;
  heldIn: number;
  closed: boolean;
}

interface ModelEntry {
  state: 'posted' | 'pending';
  postings: Posting[];
  resolved: boolean;
  reversed: boolean;
  isReversal: boolean;
}

interface Model {
  accounts: ModelAccount[];
  entries: ModelEntry[];
}

/** Accounts and entries by number, taken modulo how many there are. */
type Movement = { type: 'post' | 'pend'; from: number; to: number; amount: number; split: number };
type Step =
  | Movement
  | { type: 'post-pending'; entry: number; part: number | null }
  | { type: 'void'; entry: number }
  | { type: 'reverse'; entry: number }
  | { type: 'close'; account: number };

type Outcome = 'ok' | 'refused';

// A loan grows when it is debited; the others here, being what the house owes, when they are credited. Limits ask no more.
const grows = (account: ModelAccount, posting: Posting) =>
  account.kind === 'loan' ? posting.direction === 'debit' : posting.direction === 'credit';

const accountAt = (model: Model, n: number) => model.accounts[n % model.accounts.length] as ModelAccount;
const entryAt = (model: Model, n: number) => model.entries[n % model.entries.length];
const totalOf = (postings: readonly Posting[]) => postings.reduce((sum, one) => sum + one.amount, 0) / 2;

function postingsOf(model: Model, step: Movement): Posting[] {
  const [from, to] = [accountAt(model, step.from).id, accountAt(model, step.to).id];
  const rest = step.amount - step.split;
  if (step.split === 0 || rest <= 0) {
    return [
      { accountId: from, direction: 'debit', amount: step.amount },
      { accountId: to, direction: 'credit', amount: step.amount },
    ];
  }
  return [
    { accountId: from, direction: 'debit', amount: step.amount },
    { accountId: to, direction: 'credit', amount: rest },
    { accountId: to, direction: 'credit', amount: step.split },
  ];
}

const mirrored = (postings: readonly Posting[]): Posting[] =>
  postings.map((one) => ({ ...one, direction: one.direction === 'debit' ? 'credit' : 'debit' }));

function allowed(model: Model, postings: readonly Posting[]): boolean {
  const ids = new Set(postings.map((one) => one.accountId));
  if (ids.size < 2) return false;
  return model.accounts.every((account) => {
    const mine = postings.filter((one) => one.accountId === account.id);
    if (mine.length === 0) return true;
    if (account.closed) return false;
    const out = mine.filter((one) => !grows(account, one)).reduce((sum, one) => sum + one.amount, 0);
    return out === 0 || account.kind === 'house' || account.posted - account.heldOut + account.overdraft >= out;
  });
}

function move(model: Model, postings: readonly Posting[], what: 'posted' | 'held', sign: 1 | -1): void {
  for (const posting of postings) {
    const account = model.accounts.find((one) => one.id === posting.accountId) as ModelAccount;
    const amount = posting.amount * sign;
    if (what === 'posted') account.posted += grows(account, posting) ? amount : -amount;
    else if (grows(account, posting)) account.heldIn += amount;
    else account.heldOut += amount;
  }
}

const entry = (state: ModelEntry['state'], postings: Posting[], isReversal = false): ModelEntry => ({
  state,
  postings,
  resolved: false,
  reversed: false,
  isReversal,
});

/** What the step does to the model, in place. */
function expected(model: Model, step: Step): Outcome {
  if (step.type === 'close') {
    const account = accountAt(model, step.account);
    if (account.kind === 'house' || account.closed) return 'refused';
    if (account.posted !== 0 || account.heldIn !== 0 || account.heldOut !== 0) return 'refused';
    account.closed = true;
    return 'ok';
  }
  if ('from' in step) {
    const postings = postingsOf(model, step);
    if (!allowed(model, postings)) return 'refused';
    move(model, postings, step.type === 'pend' ? 'held' : 'posted', 1);
    model.entries.push(entry(step.type === 'pend' ? 'pending' : 'posted', postings));
    return 'ok';
  }
  const origin = entryAt(model, step.entry);
  if (!origin) return 'refused';
  if (step.type === 'reverse') {
    const postings = mirrored(origin.postings);
    if (origin.state !== 'posted' || origin.reversed || origin.isReversal || !allowed(model, postings))
      return 'refused';
    origin.reversed = true;
    move(model, postings, 'posted', 1);
    model.entries.push(entry('posted', postings, true));
    return 'ok';
  }
  if (origin.state !== 'pending' || origin.resolved) return 'refused';
  if (step.type === 'void') {
    origin.resolved = true;
    move(model, origin.postings, 'held', -1);
    return 'ok';
  }
  const total = totalOf(origin.postings);
  const part = step.part ?? total;
  if (part !== total && (part > total || origin.postings.length > 2)) return 'refused';
  origin.resolved = true;
  move(model, origin.postings, 'held', -1);
  const postings = part === total ? origin.postings : origin.postings.map((one) => ({ ...one, amount: part }));
  move(model, postings, 'posted', 1);
  model.entries.push(entry('posted', postings));
  return 'ok';
}

interface Real {
  model: Model;
  /** Beside the model's entries. */
  ids: string[];
}

const inputOf = (postings: Posting[]): EntryInput => ({
  kind: 'transfer',
  currency: 'EUR',
  postings,
  idempotencyKey: uuidv7(),
});

/** Does the step for real. Gives the id of the entry that it made, if it made one that can be worked on. */
async function perform({ model, ids }: Real, step: Step): Promise<{ outcome: Outcome; made: string | null }> {
  try {
    const made = await booked(app.current, async (tx): Promise<JournalEntry | null> => {
      if (step.type === 'close') {
        await closeAccount(tx, { accountId: accountAt(model, step.account).id, reason: 'test' });
        return null;
      }
      if ('from' in step) {
        const input = inputOf(postingsOf(model, step));
        return step.type === 'pend' ? pendEntry(tx, input) : postEntry(tx, input);
      }
      const input = { entryId: ids[step.entry % ids.length] ?? uuidv7(), idempotencyKey: uuidv7() };
      if (step.type === 'reverse') return reverseEntry(tx, input);
      if (step.type === 'void') {
        await voidPending(tx, input);
        return null;
      }
      return postPending(tx, { ...input, ...(step.part === null ? {} : { amount: step.part }) });
    });
    return { outcome: 'ok', made: made?.id ?? null };
  } catch (error) {
    // A deadlock is a conflict too, and is none that a single entry may run into.
    if (error instanceof AppError && !error.transient) return { outcome: 'refused', made: null };
    throw error;
  }
}

async function runAlone(real: Real, step: Step): Promise<void> {
  const { outcome, made } = await perform(real, step);
  expect([step, expected(real.model, step)]).toEqual([step, outcome]);
  if (made) real.ids.push(made);
}

/** Both at once: what comes of it is what comes of one order or the other. */
async function runTogether(real: Real, steps: [Step, Step]): Promise<void> {
  const [first, second] = await Promise.all(steps.map((step) => perform(real, step)));
  if (!first || !second) throw new Error('both were done');
  for (const order of [0, 1] as const) {
    const model = structuredClone(real.model);
    // Steps name entries among those that were there when both began.
    const known = model.entries;
    const view = () => ({ accounts: model.accounts, entries: known });
    const done = order === 0 ? ([0, 1] as const) : ([1, 0] as const);
    const outcomes: Outcome[] = [];
    const added: string[] = [];
    const fresh: ModelEntry[] = [];
    for (const n of done) {
      const count = known.length;
      outcomes[n] = expected(view(), steps[n]);
      fresh.push(...known.splice(count));
      const made = (n === 0 ? first : second).made;
      if (made) added.push(made);
    }
    if (outcomes[0] !== first.outcome || outcomes[1] !== second.outcome) continue;
    real.model = { accounts: model.accounts, entries: [...known, ...fresh] };
    real.ids.push(...added);
    return;
  }
  throw new Error(`neither order gives ${first.outcome} and ${second.outcome}: ${JSON.stringify(steps)}`);
}

/** The same entry with the same key, twice at once and once more: one entry. With another amount: a conflict, and nothing. */
async function runRepeated(real: Real, step: Movement): Promise<void> {
  const input = inputOf(postingsOf(real.model, step));
  const once = () =>
    booked(app.current, (tx) => (step.type === 'pend' ? pendEntry(tx, input) : postEntry(tx, input))).catch(
      (error: unknown) => {
        if (error instanceof AppError && !error.transient) return null;
        throw error;
      },
    );
  const both = [...(await Promise.all([once(), once()])), await once()];
  if (expected(real.model, step) === 'refused') {
    expect(both).toEqual([null, null, null]);
    return;
  }
  expect(new Set(both.map((one) => one?.id)).size).toBe(1);
  expect(both.map((one) => one?.replayed).sort()).toEqual([false, true, true]);
  real.ids.push(both[0]?.id ?? '');
  const other = input.postings.map((one) => ({ ...one, amount: one.amount + 1 }));
  const changed = booked(app.current, (tx) =>
    postEntry(tx, { ...input, postings: input.postings.length === 2 ? other : input.postings, kind: 'fee' }),
  );
  await expect(changed).rejects.toMatchObject({ code: 'conflict', transient: false });
}

const number = fc.nat(40);
const part = fc.option(fc.integer({ min: 1, max: 400 }));
const amounts = fc.record({ amount: fc.integer({ min: 1, max: 400 }), split: fc.constantFrom(0, 0, 0, 7, 50) });
const movement = fc
  .tuple(fc.constantFrom('post' as const, 'pend' as const), number, number, amounts)
  .map(([type, from, to, rest]) => ({ type, from, to, ...rest }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: movement },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('post-pending' as const), entry: number, part }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('void' as const), entry: number }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reverse' as const), entry: number }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close' as const), account: number }) },
);
const deed = fc.oneof(
  { weight: 6, arbitrary: step.map((one) => ({ how: 'alone' as const, step: one })) },
  { weight: 3, arbitrary: fc.tuple(step, step).map((steps) => ({ how: 'together' as const, steps })) },
  { weight: 1, arbitrary: movement.map((one) => ({ how: 'repeated' as const, step: one })) },
);

/** Members and accounts of its own for each run. */
async function freshModel(): Promise<Model> {
  const people = await Promise.all(Array.from({ length: 3 }, () => joined(app.current)));
  return booked(app.current, async (tx) => {
    const account = (id: string, kind: ModelAccount['kind'], overdraft = 0): ModelAccount => ({
      id,
      kind,
      overdraft,
      posted: 0,
      heldOut: 0,
      heldIn: 0,
      closed: false,
    });
    const accounts: ModelAccount[] = [];
    for (const [n, { memberId }] of people.entries()) {
      const overdraftLimit = n * 150;
      const { id } = await openMemberAccount(tx, { memberId, name: 'Test', currency: 'EUR', overdraftLimit });
      accounts.push(account(id, 'member', overdraftLimit));
    }
    const memberId = people[0]?.memberId ?? '';
    accounts.push(account((await openLoanAccount(tx, { loanId: uuidv7(), memberId, currency: 'EUR' })).id, 'loan'));
    return { accounts, entries: [] };
  });
}

/** What the books say of each account, and whether its lines add up to it. */
async function compare(model: Model): Promise<void> {
  const ctx = systemContext(app.current);
  for (const account of model.accounts) {
    if (account.kind === 'house') continue;
    const balance = await balanceOf(ctx, account.id);
    const [out, into] =
      account.kind === 'loan'
        ? [balance.pendingCredits, balance.pendingDebits]
        : [balance.pendingDebits, balance.pendingCredits];
    expect({ posted: balance.posted, heldOut: out, heldIn: into }).toEqual({
      posted: account.posted,
      heldOut: account.heldOut,
      heldIn: account.heldIn,
    });
    expect(balance.available).toBe(account.posted - account.heldOut + account.overdraft);
    expect(balance.available).toBeGreaterThanOrEqual(0);
    const today = new Date().toISOString().slice(0, 10);
    const days = { from: '2020-01-01', to: today };
    const statement = await statementOf(ctx, account.id, days, new AbortController().signal);
    const running = [];
    for await (const line of statement.lines) running.push(line.balance);
    const { data } = await listAccountEntries(ctx, account.id, { limit: 200, state: 'posted' });
    expect(data.map((line) => line.balanceAfter?.amount).reverse()).toEqual(running);
    expect(running.at(-1) ?? 0).toBe(account.posted);
  }
}

it('does what the model does, whatever is asked, one after the other and at once', async () => {
  const [bank, transit] = await booked(app.current, async (tx) => [
    await systemAccount(tx, 'bank', 'EUR'),
    await systemAccount(tx, 'transfers_in_transit', 'EUR'),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 15, maxLength: 40 }), async (deeds) => {
      const model = await freshModel();
      const house = { kind: 'house' as const, overdraft: 0, posted: 0, heldOut: 0, heldIn: 0, closed: false };
      model.accounts.push({ ...house, id: bank ?? '' }, { ...house, id: transit ?? '' });
      const real: Real = { model, ids: [] };
      // Something to spend.
      for (const to of [0, 1, 2]) await runAlone(real, { type: 'post', from: 4, to, amount: 300, split: 0 });
      for (const one of deeds) {
        if (one.how === 'alone') await runAlone(real, one.step);
        else if (one.how === 'together') await runTogether(real, one.steps);
        else await runRepeated(real, one.step);
      }
      await compare(real.model);
    }),
    { numRuns: rounds(15, 400), interruptAfterTimeLimit: rounds(60_000, 1_800_000), endOnFailure: true },
  );
  expect(await booked(app.current, (tx) => checkLedger(tx, { kind: 'schedule' }))).toEqual({ status: 'ok' });
}, 2_000_000);
