import { createApp } from '#server/context/app.ts';
import { startWeb } from '#server/web.ts';
import { testSettings } from '#test/database.ts';

// The web process as production runs it, but for the pages. Its log lines go where the parent says.
const [databaseUrl = ''] = process.argv.slice(2);
const app = createApp(testSettings({ DATABASE_URL: databaseUrl, DATABASE_POOL: '10', LOG_LEVEL: 'info' }), 'web');
const web = await startWeb(app, { port: 0, next: false });
process.send?.(web.url);
process.on('SIGTERM', async () => {
  await web.close();
  await app.close();
  process.exit(0);
});
