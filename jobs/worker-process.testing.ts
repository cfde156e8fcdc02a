// A worker with the parts of the tests, for those that kill it. Settings come from its environment.
import { createApp } from '#server/context/app.ts';
import { readSettings } from '#server/settings/settings.ts';
import { parts } from './worker.testing.ts';
import { runWorker } from './worker.ts';

await runWorker(createApp(readSettings(), 'worker'), parts);
