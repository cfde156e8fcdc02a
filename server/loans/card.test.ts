import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { type Sandbox, startSandbox } from '#sandbox/start.ts';
import { eventually } from '#server/events/store.testing.ts';
import { balanceOf, findMemberAccount } from '#server/ledger/queries/accounts.ts';
import { act } from '#server/members/commands/actions.ts';
import { refundByStaff } from '#server/payments/commands/refund.ts';
import { testApp } from '#test/database.ts';
import { applyForLoan } from './commands/apply.ts';
import { repayLoan } from './commands/repay.ts';
import { application, type Borrower, books, borrower, hardship, lent, loanNow, someStaff } from './loans.testing.ts';
import { getLoan } from './queries/loans.ts';

let sandbox: Sandbox;
let worker: Worker;
beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: ':memory:' });
});
const app = testApp(() => ({
  STRIPE_SECRET_KEY: sandbox.credentials.gateway.secretKey,
  STRIPE_PUBLISHABLE_KEY: sandbox.credentials.gateway.publishableKey,
  STRIPE_WEBHOOK_SECRET: 'whsec_test',
  STRIPE_API_BASE: sandbox.urls.gateway,
  PARTNER_TIMEOUT_MS: '1500',
  DATABASE_POOL: '14',
}));
beforeAll(async () => {
  worker = await startWorker(app.current, { events, projections, reactions, queues });
});
afterAll(async () => {
  await worker?.stop();
  await sandbox?.close();
});
afterEach(() => sandbox.faults.clear());

const inAccount = async (who: Borrower) => {
  const account = await findMemberAccount(who.ctx, who.memberId, 'EUR');
  return account ? (await balanceOf(who.ctx, account.id)).posted : 0;
};
const until = (who: Borrower, loanId: string, expected: object) =>
  eventually(async () => expect(await getLoan(who.ctx, loanId)).toMatchObject(expected), 20_000);
const deposits = async () => (await books(app.current)).customer_deposits ?? 0;

it('a card pays back once its money is in, and what goes back to the payer is owed again', async () => {
  const ada = await borrower(app.current);
  const { id: loanId } = await lent(app.current, ada, { productId: hardship.id, amount: 120_000 });
  const repayment = await repayLoan(ada.ctx, { loanId, amount: 30_000, from: 'pm_card_visa' });
  expect(repayment).toMatchObject({ status: 'pending', source: 'card' });
  await until(ada, loanId, { owed: { amount: 90_000 }, repayments: [{ status: 'posted', principal: 30_000 }] });
  expect([await inAccount(ada), await deposits()]).toEqual([120_000, 0]);

  const paymentId = repayment.paymentId ?? '';
  await refundByStaff(someStaff(app.current), { paymentId, amount: 10_000, reason: 'test' });
  await until(ada, loanId, { owed: { amount: 100_000 }, repayments: [{ returned: 10_000 }] });
  expect(await deposits()).toBe(0);
});

it('a card that is refused pays nothing, and says why', async () => {
  const ada = await borrower(app.current);
  const { id: loanId } = await lent(app.current, ada, { productId: hardship.id, amount: 120_000 });
  await repayLoan(ada.ctx, { loanId, amount: 30_000, from: 'pm_card_chargeDeclined' });
  await until(ada, loanId, {
    repayments: [{ status: 'failed', failure: expect.stringContaining('Nothing was charged') }],
  });
  expect((await getLoan(ada.ctx, loanId)).owed?.amount).toBe(120_000);
});

it('an answer that was lost neither loses nor doubles a repayment', async () => {
  const ada = await borrower(app.current);
  const { id: loanId } = await lent(app.current, ada, { productId: hardship.id, amount: 120_000 });
  // The gateway knows her from then on: what fails is the charge.
  await repayLoan(ada.ctx, { loanId, amount: 10_000, from: 'pm_card_visa' });
  await until(ada, loanId, { owed: { amount: 110_000 } });
  sandbox.faults.set({ partner: 'gateway', fault: 'fail-after' });
  await repayLoan(ada.ctx, { loanId, amount: 20_000, from: 'pm_card_visa' });
  await until(ada, loanId, { repayments: [{ paymentStatus: 'unknown' }, {}] });
  sandbox.faults.clear();
  await until(ada, loanId, { owed: { amount: 90_000 }, repayments: [{ status: 'posted' }, {}] });
}, 60_000);

it('an application of somebody who is erased is withdrawn', async () => {
  const ada = await borrower(app.current);
  const { id: loanId } = await applyForLoan(ada.ctx, application());
  await act(someStaff(app.current, 'admin'), ada.memberId, 'erase', 'Asked for it');
  await eventually(async () => expect((await loanNow(app.current, loanId)).status).toBe('withdrawn'), 20_000);
});
