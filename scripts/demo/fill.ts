import { appendFile, rm } from 'node:fs/promises';
import { queues } from '#jobs/queues.ts';
import { reactions } from '#jobs/subscriptions.ts';
import { seedDemoAccess } from '#server/access/demo.ts';
import { type App, createApp } from '#server/context/app.ts';
import { createContext } from '#server/context/context.ts';
import { connectCrm } from '#server/integrations/crm/index.ts';
import { connectLegacy, type LegacySystem } from '#server/integrations/legacy/index.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { readSettings } from '#server/settings/settings.ts';
import { generateMembers } from './generate/generate.ts';
import { plant, writeCopies } from './generate/partners.ts';
import { createRandom } from './generate/random.ts';
import { installLoans } from './loan-products.ts';
import { makeDemoMember } from './people.ts';
import { installProducts } from './products.ts';

const seed = 20_260_101;

/** Fills an empty demo: plans, accounts, members with two years of history, their copies at the partners. Once. */
export async function fillDemo(
  env: Record<string, string>,
  options: { legacyUrl: string; members: number; labelsFile: string },
): Promise<void> {
  const app = appOf(env);
  const legacy = connectLegacy(options.legacyUrl, { timeoutMs: 30_000 });
  try {
    await legacy.install();
    await connectCrm({ baseUrl: env.CRM_URL ?? '', accessToken: env.CRM_ACCESS_TOKEN ?? '' }).install();
    await prepareQueues(app, queues);
    await installPlans(app.database.sql);
    await installProducts(app.database.sql);
    const [existing] = await app.database.sql<{ count: number }[]>`select count(*)::int as count from members`;
    if ((existing?.count ?? 0) === 0) await fillEmpty(app, legacy, env, options);
    await seedDemoAccess(contextOf(app));
  } finally {
    await legacy.close();
    await app.close();
  }
}

/** People act once the house runs, so that everything follows as it does for anyone. */
export async function letPeopleIn(env: Record<string, string>): Promise<void> {
  const app = appOf(env);
  try {
    await makeDemoMember(contextOf(app));
    await installLoans(app);
  } finally {
    await app.close();
  }
}

const appOf = (env: Record<string, string>) => createApp(readSettings({ ...process.env, ...env }), 'script');
const contextOf = (app: App) => createContext(app, { actor: { kind: 'system', name: 'demo' }, source: 'import' });

async function fillEmpty(
  app: App,
  legacy: LegacySystem,
  env: Record<string, string>,
  options: { members: number; labelsFile: string },
): Promise<void> {
  if (options.members === 0) return;
  console.log(`Making ${options.members.toLocaleString('en')} members with two years of history …`);
  await rm(options.labelsFile, { force: true });
  const crm = connectCrm({ baseUrl: env.CRM_URL ?? '', accessToken: env.CRM_ACCESS_TOKEN ?? '', timeoutMs: 30_000 });
  const random = createRandom(seed + 1);
  const { position } = await generateMembers(app, {
    members: options.members,
    seed,
    now: Date.now(),
    onChunk: async (members) => {
      const copies = members.map((member) => plant(random, member));
      await writeCopies({ legacy, crm }, copies);
      const labels = copies.flatMap(({ label }) => (label ? [`${JSON.stringify(label)}\n`] : []));
      await appendFile(options.labelsFile, labels.join(''));
    },
  });
  await skipReactions(app, position);
}

/** What is past causes nothing: reactions start after the generated history, projections read it. */
async function skipReactions(app: App, position: number): Promise<void> {
  for (const subscription of reactions) {
    for (let lane = 0; lane < subscription.lanes; lane += 1) {
      await app.database.sql`
        insert into subscriptions (name, lane, lanes, kind, position)
        values (${subscription.name}, ${lane}, ${subscription.lanes}, 'reaction', ${position})
        on conflict (name, lane) do nothing`;
    }
  }
}
