import { projections } from '#jobs/subscriptions.ts';
import { startWorker } from '#jobs/worker.ts';
import { generateMembers } from '#scripts/demo/generate/generate.ts';
import { createContext } from '#server/context/context.ts';
import { headPosition } from '#server/events/read.ts';
import { listMembers } from '#server/members/queries/directory.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { withApp } from './database.ts';
import { type BenchResult, percentile } from './result.ts';

const members = 100_000;

const searches: ReadonlyArray<{ what: string; q: string }> = [
  { what: 'a family name', q: 'schmidt' },
  { what: 'part of two names', q: 'mar schm' },
  { what: 'part of an e-mail address', q: 'garcia4' },
  { what: 'a number', q: 'M-0777' },
  { what: 'two letters', q: 'an' },
  { what: 'nothing that exists', q: 'qqzzxx' },
  { what: 'a phone number', q: '+49 30 1234567' },
  { what: 'a birth date', q: '1980-05-17' },
];

/** Generating 100,000 members, projecting them from their events, and searching them. */
export function run(): Promise<BenchResult> {
  return withApp(async (app) => {
    await installPlans(app.database.sql);
    const generating = performance.now();
    const made = await generateMembers(app, { members, seed: 7, now: Date.now() });
    const generatedSeconds = (performance.now() - generating) / 1000;

    const projecting = performance.now();
    const worker = await startWorker(app, { projections, reactions: [], queues: [] });
    await caughtUp(app);
    const projectedSeconds = (performance.now() - projecting) / 1000;
    await worker.stop();
    await app.database.sql`analyze member_directory`;

    const ctx = createContext(app, { actor: { kind: 'system', name: 'bench' } });
    const figures = [];
    for (const { what, q } of searches) {
      const times: number[] = [];
      for (let round = 0; round < 40; round += 1) {
        const started = performance.now();
        await listMembers(ctx, { q, limit: 50, sort: '-joined' });
        times.push(performance.now() - started);
      }
      const p95 = percentile(times, 0.95);
      figures.push({ what: `search by ${what}, p95`, value: p95, unit: 'ms', budget: '< 100 ms', ok: p95 < 100 });
    }
    return {
      name: 'search',
      how: `${members.toLocaleString('en')} members, ${made.events.toLocaleString('en')} events; each search 40 times, first page of 50`,
      figures: [
        {
          what: 'members generated',
          value: members / generatedSeconds,
          unit: '/s',
          budget: 'several thousand/s',
          ok: members / generatedSeconds > 2_000,
        },
        { what: 'events projected into three read models', value: made.events / projectedSeconds, unit: '/s' },
        ...figures,
      ],
    };
  });
}

async function caughtUp(app: Parameters<typeof generateMembers>[0]): Promise<void> {
  const head = await headPosition(app.database.sql);
  for (;;) {
    const [row] = await app.database.sql<{ slowest: number | null; readers: number }[]>`
      select min(position) as slowest, count(*)::int as readers from subscriptions`;
    if ((row?.readers ?? 0) >= projections.length && (row?.slowest ?? 0) >= head) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
