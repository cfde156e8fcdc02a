// The web process without pages and with the routes of the tests, for those that end it. Settings come from its environment.
import { createApp } from '#server/context/app.ts';
import { sampleRoutes } from '#server/gateway/sample-routes.testing.ts';
import { readSettings } from '#server/settings/settings.ts';
import { runWeb } from '#server/web.ts';

const settings = readSettings();
await runWeb(createApp(settings, 'web'), { port: settings.PORT, host: '127.0.0.1', next: false, routes: sampleRoutes });
