import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { queues } from '#jobs/queues.ts';
import { startWorker, type Worker } from '#jobs/worker.ts';
import { joined, systemContext } from '#server/members/members.testing.ts';
import { testApp } from '#test/database.ts';
import { findMemberAccount } from './queries/accounts.ts';
import { reactions } from './reactions.ts';

const app = testApp();
let worker: Worker;

beforeAll(async () => {
  const names = ['open-account', 'ledger-checks'];
  worker = await startWorker(app.current, {
    projections: [],
    reactions,
    queues: queues.filter((queue) => names.includes(queue.name)),
  });
});

afterAll(() => worker?.stop());

it('whoever joins has an account soon', async () => {
  const { memberId } = await joined(app.current);
  const account = await vi.waitFor(
    async () => {
      const found = await findMemberAccount(systemContext(app.current), memberId, 'EUR');
      expect(found).not.toBeNull();
      return found;
    },
    { timeout: 15_000, interval: 50 },
  );
  expect(account).toMatchObject({ memberId, class: 'liability', status: 'open', overdraftLimit: 0 });
  expect(account?.number).toMatch(/^A-\d{6}$/);
});
