import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { inTransaction } from '#server/context/context.ts';
import { eventually } from '#server/events/store.testing.ts';
import { partnersOf } from '#server/integrations/partners.ts';
import { act } from '#server/members/commands/actions.ts';
import { joined, staffContext, systemContext } from '#server/members/members.testing.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { testApp } from '#test/database.ts';
import { insertCard, keepCard } from './commands/activate.ts';
import { callOffSetup, sweepOpenCards } from './commands/call-off.ts';
import { forgetAll, forgetDetached, removeCard } from './commands/choose.ts';
import { addCard, confirmCard, settleCard } from './commands/set-up.ts';
import { findCard } from './record.ts';

/** No worker: what a job would do is done by the test, when it suits. */
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
afterAll(() => sandbox?.close());
const app = testApp(() => ({
  STRIPE_SECRET_KEY: sandbox.credentials.gateway.secretKey,
  STRIPE_PUBLISHABLE_KEY: sandbox.credentials.gateway.publishableKey,
  STRIPE_WEBHOOK_SECRET: 'whsec_test',
  STRIPE_API_BASE: sandbox.urls.gateway,
  PARTNER_TIMEOUT_MS: '1500',
  DATABASE_POOL: '14',
}));
beforeAll(() => prepareQueues(app.current, queues));

const sql = () => app.current.database.sql;
const system = () => systemContext(app.current);
const gateway = () => partnersOf(app.current).gateway();
const statusOf = async (cardId: string) => (await findCard(sql(), cardId))?.status;
const kept = (paymentMethodId: string) => ({
  paymentMethodId,
  card: { brand: 'visa', last4: '4242', expMonth: 1, expYear: 2031, fingerprint: 'f' },
});

/** The payloads of a queue's jobs that are about somebody. */
const jobsOf = async <T>(queue: string, memberId: string) =>
  (
    await sql()<{ payload: T & { memberId: string } }[]>`
      select data->'payload' as payload from pgboss.job where name = ${queue} and data->'payload'->>'memberId' = ${memberId}`
  ).map((row) => row.payload);

/** A card of which the bank wants to know, and the page on which it asks. */
async function asked(paymentMethod = 'pm_card_authenticationRequiredOnSetup') {
  const { memberId, ctx } = await joined(app.current);
  const { card, nextAction } = await addCard(ctx, { token: paymentMethod, wantsDefault: false, wantsRenewals: false });
  if (nextAction?.type !== 'redirect') throw new Error('the bank asks nothing');
  return { memberId, ctx, cardId: card.id, setupIntentId: card.setupIntentId ?? '', page: nextAction.url };
}

const approve = (page: string) =>
  fetch(page, { method: 'POST', body: new URLSearchParams({ answer: 'approve' }), redirect: 'manual' });

describe('of a member who is erased', () => {
  const erase = async (memberId: string) => {
    await act(staffContext(app.current, 'admin'), memberId, 'erase', 'asked for it');
    await inTransaction(system(), (tx) => forgetAll(tx, memberId));
  };

  it('a card that is being added is not kept, and the gateway lets go of it', async () => {
    const { memberId } = await joined(app.current);
    const card = await inTransaction(system(), (tx) => insertCard(tx, { memberId, token: 'pm_early' }));
    await erase(memberId);
    expect(await statusOf(card.id)).toBe('failed');
    const answer = {
      setupIntentId: 'seti_late',
      failure: null,
      nextAction: null,
      clientSecret: null,
      customerId: 'cus_1',
    };
    await inTransaction(system(), (tx) =>
      settleCard(tx, card.id, { ...answer, status: 'succeeded', ...kept('pm_late') }),
    );
    expect(await findCard(sql(), card.id)).toMatchObject({ status: 'failed', last4: null });
    expect(await jobsOf('card-detachments', memberId)).toEqual([{ memberId, paymentMethodId: 'pm_late' }]);
  });

  it('a card that the bank asks about cannot be confirmed any more', async () => {
    const { memberId, cardId, setupIntentId } = await asked();
    await erase(memberId);
    expect(await statusOf(cardId)).toBe('failed');
    const [job] = await jobsOf<{ cardId: string; setupIntentId: string }>('card-cancellations', memberId);
    expect(job).toEqual({ memberId, cardId, setupIntentId });
    if (job) await inTransaction(system(), await callOffSetup(system(), job));
    expect((await gateway().retrieveSetupIntent(setupIntentId)).status).toBe('canceled');
  });

  it('and that was confirmed just before is forgotten there', async () => {
    const { memberId, cardId, setupIntentId, page } = await asked();
    await approve(page);
    await erase(memberId);
    await inTransaction(system(), await callOffSetup(system(), { memberId, cardId, setupIntentId }));
    expect(await statusOf(cardId)).toBe('failed');
    const { paymentMethodId } = await gateway().retrieveSetupIntent(setupIntentId);
    expect(await jobsOf('card-detachments', memberId)).toEqual([{ memberId, paymentMethodId }]);
  });

  it('the card of a payment is not kept', async () => {
    const { memberId } = await joined(app.current);
    await erase(memberId);
    await inTransaction(system(), (tx) => keepCard(tx, memberId, kept('pm_paid')));
    expect(await sql()`select 1 from cards where member_id = ${memberId}`).toHaveLength(0);
    expect(await jobsOf('card-detachments', memberId)).toEqual([{ memberId, paymentMethodId: 'pm_paid' }]);
  });
});

describe('a card that its holder has not confirmed', () => {
  const halfAnHourAgo = (cardId: string) =>
    sql()`update cards set updated_at = now() - interval '31 minutes' where id = ${cardId}`;
  const sweep = () => inTransaction(system(), (tx) => sweepOpenCards(tx, 100));

  it('is called off after half an hour, at the gateway first', async () => {
    const { memberId, cardId, setupIntentId } = await asked();
    expect(await sweep()).toBe(0);
    await halfAnHourAgo(cardId);
    expect(await sweep()).toBe(1);
    expect(await sweep()).toBe(0);
    const job = { memberId, cardId, setupIntentId };
    expect(await jobsOf('card-cancellations', memberId)).toEqual([job]);
    await inTransaction(system(), await callOffSetup(system(), job));
    expect(await statusOf(cardId)).toBe('failed');
    expect((await gateway().retrieveSetupIntent(setupIntentId)).status).toBe('canceled');
  });

  it('or has, and nobody has told us, is kept', async () => {
    const { memberId, cardId, setupIntentId, page, ctx } = await asked();
    await approve(page);
    await halfAnHourAgo(cardId);
    expect(await sweep()).toBe(1);
    await inTransaction(system(), await callOffSetup(system(), { memberId, cardId, setupIntentId }));
    expect(await statusOf(cardId)).toBe('active');
    expect((await confirmCard(ctx, cardId)).card.status).toBe('active');
  });
});

describe('two who change a card at once do not wait for each other', () => {
  const waitForLock = (count: number) =>
    eventually(async () => {
      const rows = await sql()`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      expect(rows).toHaveLength(count);
    });

  /** Both have begun before either can go on. */
  async function together(memberId: string, one: () => Promise<unknown>, other: () => Promise<unknown>) {
    const [held, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holder = sql().begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${`cards ${memberId}`}, 23))`;
      held.resolve();
      await opened.promise;
    });
    await held.promise;
    const first = one();
    await waitForLock(1);
    const second = other();
    await waitForLock(2);
    opened.resolve();
    await holder;
    const ends = await Promise.allSettled([first, second]);
    return ends.map((end) => (end.status === 'fulfilled' ? 'done' : end.reason.code));
  }

  it('its holder removes it, and the gateway lets go of it', async () => {
    const { memberId, ctx } = await joined(app.current);
    const card = await inTransaction(system(), (tx) => keepCard(tx, memberId, kept('pm_let_go')));
    const id = card?.id ?? '';
    const letGo = () => inTransaction(system(), (tx) => forgetDetached(tx, id));
    expect(await together(memberId, () => removeCard(ctx, id), letGo)).toEqual(['done', 'done']);
  });

  it('its holder removes it, and the gateway keeps it at last', async () => {
    const { memberId, ctx } = await joined(app.current);
    const { id } = await inTransaction(system(), (tx) => insertCard(tx, { memberId, token: 'pm_at_last' }));
    const answer = {
      setupIntentId: 'seti_at_last',
      failure: null,
      nextAction: null,
      clientSecret: null,
      customerId: 'cus_2',
    };
    const settle = () =>
      inTransaction(system(), (tx) => settleCard(tx, id, { ...answer, status: 'succeeded', ...kept('pm_at_last') }));
    // There is nothing to remove yet.
    expect(await together(memberId, () => removeCard(ctx, id), settle)).toEqual(['not_found', 'done']);
    expect(await statusOf(id)).toBe('active');
  });
});
