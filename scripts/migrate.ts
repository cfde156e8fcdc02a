// Brings the database of DATABASE_URL to the newest schema, and puts the starting plans into an empty one.
import { migrateDatabase } from '#db/migrate.ts';
import { queues } from '#jobs/queues.ts';
import { createApp } from '#server/context/app.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { prepareQueues } from '#server/queue/boss.ts';
import { readSettings, SettingsError } from '#server/settings/settings.ts';

try {
  const settings = readSettings();
  await migrateDatabase(settings.DATABASE_URL);
  const app = createApp(settings, 'script');
  await prepareQueues(app, queues);
  await installPlans(app.database.sql);
  await app.close();
  console.log('The database is at the newest schema.');
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : `Migrating failed: ${String(error)}`);
  process.exitCode = 1;
}
