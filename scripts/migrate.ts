// Brings the database of DATABASE_URL to the newest schema, and puts the starting plans into an empty one.
import { openDatabase } from '#db/client.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { installPlans } from '#server/memberships/plans.ts';
import { readSettings, SettingsError } from '#server/settings/settings.ts';

try {
  const { DATABASE_URL } = readSettings();
  await migrateDatabase(DATABASE_URL);
  const database = openDatabase(DATABASE_URL, { max: 1, name: 'guildhall-migrate' });
  await installPlans(database.sql);
  await database.close();
  console.log('The database is at the newest schema.');
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : `Migrating failed: ${String(error)}`);
  process.exitCode = 1;
}
