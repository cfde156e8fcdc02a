import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker } from '#jobs/worker.ts';
import { generateMembers } from '#scripts/demo/generate/generate.ts';
import type { App } from '#server/context/app.ts';
import { createContext, inTransaction } from '#server/context/context.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { sendDueSteps } from '#server/memberships/commands/steps.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { withHouse } from './house.ts';
import { type BenchResult, report } from './result.ts';

/** How many are due on one night, and how many of them have a card that the sandbox's gateway charges. */
const members = 2_000;
const charged = 200;
const batch = 1_000;
/** The whole of a large house between midnight and eight. */
const neededPerSecond = 200_000 / (8 * 3_600);

/** A night of renewals: found in batches, stepped through jobs, and a part of them charged and renewed to the end. */
export const run = (): Promise<BenchResult> => withHouse(night, { DATABASE_POOL: '20' });

async function night(app: App): Promise<BenchResult> {
  const { sql } = app.database;
  await installPlans(sql);
  await generateMembers(app, { members, seed: 11, now: Date.now() });
  // Reactions that come to a running house begin now: nobody is welcomed again.
  await (await startWorker(app, { events, projections, reactions: [], queues })).stop();
  const worker = await startWorker(app, { events, projections, reactions, queues });
  await drained(app);
  const due = await makeDue(app, false);
  const ctx = createContext(app, { actor: { kind: 'system', name: 'bench' } });
  const memory = watchMemory();

  const finding = performance.now();
  while ((await inTransaction(ctx, (tx) => sendDueSteps(tx, batch))) === batch);
  const foundSeconds = seconds(finding);
  const steps = performance.now();
  await until(async () => (await countOf(app, "next_step_on <= current_date and status = 'active'")) === 0);
  const stepSeconds = seconds(steps);
  await drained(app);
  const followedSeconds = seconds(steps);

  await makeDue(app, true);
  const renewing = performance.now();
  while ((await inTransaction(ctx, (tx) => sendDueSteps(tx, batch))) === batch);
  // Whatever becomes of each: a charge that is refused must not keep the night from ending.
  await until(async () => (await attemptsOf(app, ['paid', 'failed'])) === charged);
  const renewed = await attemptsOf(app, ['paid']);
  const renewSeconds = seconds(renewing);
  await worker.stop();

  return {
    name: 'renewals',
    how: `${due.toLocaleString('en')} memberships due at once, in batches of ${batch.toLocaleString('en')}; ${charged} of them then charged through the order saga at the sandbox’s gateway; the worker is one process, every partner’s sandbox another, on two cores`,
    figures: [
      { what: 'memberships found and sent to their jobs', value: due / foundSeconds, unit: '/s' },
      budgeted('steps taken (grace, reminder, events)', due / stepSeconds),
      budgeted('steps with the mails and partners that follow', due / followedSeconds),
      budgeted('renewals charged, booked and begun', renewed / renewSeconds),
      {
        what: 'most memory of the worker',
        value: memory.stop() / 2 ** 20,
        unit: 'MiB',
        budget: '< 700 MiB',
        ok: memory.stop() < 700 * 2 ** 20,
      },
    ],
  };
}

const budgeted = (what: string, value: number) => ({
  what,
  value,
  unit: '/s',
  budget: `> ${neededPerSecond.toFixed(1)}/s (200,000 in eight hours)`,
  ok: value > neededPerSecond,
});

/** Makes every active membership end today; with `automatic` only so many, each with a card. @returns how many */
async function makeDue(app: App, automatic: boolean): Promise<number> {
  const { sql } = app.database;
  if (!automatic) {
    await sql`
      update membership_periods p set period = daterange(lower(period), current_date) from memberships m
      where m.id = p.membership_id and m.status = 'active' and upper(period) > current_date and lower(period) < current_date`;
    const rows = await sql`
      update memberships set ends_on = current_date, next_step = 0, next_step_on = current_date, step_sent = false
      where status = 'active' and ends_on > current_date`;
    return rows.count;
  }
  const chosen = await sql<{ id: string; memberId: string }[]>`
    update memberships set status = 'active', auto_renew = true, next_step = 0, next_step_on = current_date, step_sent = false
    where id in (select ms.id from memberships ms join members m on m.id = ms.member_id
      where ms.ends_on = current_date and m.status in ('active', 'grace') limit ${charged})
    returning id, member_id as "memberId"`;
  for (const { memberId } of chosen) await keepCard(app, memberId);
  return chosen.length;
}

async function keepCard(app: App, memberId: string): Promise<void> {
  const gateway = partnersOf(app).gateway();
  const { customerId } = await gateway.ensureCustomer({ memberId, idempotencyKey: `customer:${memberId}` });
  const meant = { paymentMethodId: 'pm_card_visa', customerId, idempotencyKey: `card:${memberId}` };
  const { method } = await gateway.attachPaymentMethod(meant);
  const { sql } = app.database;
  const id = method?.paymentMethodId ?? '';
  await sql`
    insert into gateway_customers (member_id, customer_id, created_at) values (${memberId}, ${customerId}, now())`;
  await sql`
    insert into cards (id, member_id, status, token, payment_method_id, brand, last4, exp_month, exp_year, is_default, created_at,
      updated_at)
    values (uuidv7(), ${memberId}, 'active', ${id}, ${id}, 'visa', '4242', 12, 2199, true, now(), now())`;
}

async function countOf(app: App, condition: string): Promise<number> {
  const [row] = await app.database.sql.unsafe<{ n: number }[]>(
    `select count(*)::int as n from memberships where ${condition}`,
  );
  return row?.n ?? 0;
}

async function attemptsOf(app: App, statuses: readonly string[]): Promise<number> {
  const [row] = await app.database.sql<{ n: number }[]>`
    select count(*)::int as n from renewal_attempts where status = any(${[...statuses]}::text[])`;
  return row?.n ?? 0;
}

/** Until readers have read everything and no job is due. */
async function drained(app: App): Promise<void> {
  const { sql } = app.database;
  await until(async () => {
    const [left] = await sql<{ any: boolean }[]>`
      select exists (select from subscriptions s, sequencer q where s.position < q.last_position)
        or exists (select from pending_events)
        or exists (select from pgboss.job where state in ('created', 'retry', 'active') and start_after <= now()) as any`;
    return left?.any === false;
  });
}

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 200));
}

const seconds = (since: number) => (performance.now() - since) / 1000;

function watchMemory() {
  let most = 0;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(look, 100);
  return {
    stop() {
      clearInterval(timer);
      look();
      return most;
    },
  };
}

if (import.meta.main) await report(await run());
