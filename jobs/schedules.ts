import type { PgBoss } from 'pg-boss';
import { type MaintenanceTask, maintenance } from './maintenance.ts';

interface Schedule {
  cron: string;
  task: MaintenanceTask;
  /** Also as soon as there is such a schedule: a house that was there before need not wait for the hour. */
  atOnce?: true;
}

/** Times are UTC. One job each time, however many workers run. */
const schedules: readonly Schedule[] = [
  { cron: '5 1 * * *', task: 'event-partitions' },
  { cron: '10 23 * * *', task: 'address-keys' },
  { cron: '20 * * * *', task: 'event-ids' },
  { cron: '25 * * * *', task: 'idempotency-keys' },
  { cron: '30 2 * * *', task: 'mailed-tokens' },
  { cron: '35 2 * * *', task: 'oauth' },
  { cron: '40 2 * * *', task: 'old-access' },
  { cron: '15 * * * *', task: 'rewrap-keys' },
  { cron: '45 2 * * *', task: 'partner-calls' },
  { cron: '50 2 * * *', task: 'inbox' },
  { cron: '58 2 * * *', task: 'webhook-events' },
  { cron: '35 * * * *', task: 'member-accounts', atOnce: true },
  { cron: '55 * * * *', task: 'ledger-check' },
  // Hourly, so that a day that was missed is made up; each loan once a day.
  { cron: '10 * * * *', task: 'loan-dues' },
  { cron: '40 6 * * *', task: 'expiring-cards' },
  // Hourly, although days decide: what could not be done at midnight is done when it can be.
  { cron: '1 * * * *', task: 'plan-prices' },
  { cron: '2 * * * *', task: 'membership-plans' },
  { cron: '3 * * * *', task: 'membership-steps' },
  { cron: '45 * * * *', task: 'membership-import', atOnce: true },
  { cron: '55 2 * * *', task: 'renewal-links' },
  { cron: '*/10 * * * *', task: 'abandoned-payments' },
  { cron: '40 * * * *', task: 'open-cards' },
  { cron: '50 * * * *', task: 'refunded-orders' },
  { cron: '*/10 * * * *', task: 'invariants' },
];

/** Brings the stored schedules to what stands above, and takes out those that do not stand there any more. */
export async function ensureSchedules(boss: PgBoss): Promise<void> {
  const known = new Set((await boss.getSchedules()).map(({ key }) => key));
  for (const { cron, task, atOnce } of schedules) {
    await boss.schedule(maintenance.name, cron, { payload: { task } }, { tz: 'UTC', key: task, missed: 'once' });
    if (atOnce && !known.has(task)) await boss.send(maintenance.name, { payload: { task } });
  }
  const wanted = new Set<string>(schedules.map(({ task }) => task));
  for (const { name, key } of await boss.getSchedules()) {
    if (name !== maintenance.name || !wanted.has(key)) await boss.unschedule(name, key);
  }
}
