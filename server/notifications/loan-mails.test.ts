import { afterAll, beforeAll, expect, it } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { events, projections, reactions } from '#jobs/subscriptions.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { inTransaction } from '#server/context/context.ts';
import { eventually, systemContext } from '#server/events/store.testing.ts';
import { lockUpToDate } from '#server/loans/commands/dues.ts';
import { at, borrower, lent } from '#server/loans/loans.testing.ts';
import { testApp } from '#test/database.ts';

const app = testApp(() => ({ DATABASE_POOL: '14' }));
let worker: Worker;
beforeAll(async () => {
  worker = await startWorker(app.current, { events, projections, reactions, queues });
});
afterAll(() => worker?.stop());

it('whoever borrows hears that it is granted, and of each late instalment once', async () => {
  const ada = await borrower(app.current);
  const loan = await lent(app.current, ada, {}, '2027-01-31');
  const ctx = at(systemContext(app.current), '2027-04-15');
  for (let twice = 0; twice < 2; twice += 1) await inTransaction(ctx, (tx) => lockUpToDate(tx, loan.id));
  await eventually(async () => {
    const mails = await app.current.database.sql<{ template: string }[]>`
      select template from mails where member_id = ${ada.memberId} and template like 'loan-%' order by template`;
    expect(mails.map(({ template }) => template)).toEqual(['loan-granted', 'loan-late', 'loan-late']);
    const read = await app.current.database.sql<{ kind: string; link: string }[]>`
      select kind, link from notifications where member_id = ${ada.memberId} and kind like 'loan-%' order by kind`;
    expect(read).toEqual(
      ['loan-granted', 'loan-late', 'loan-late'].map((kind) => ({ kind, link: `/loans/${loan.id}` })),
    );
  });
});
