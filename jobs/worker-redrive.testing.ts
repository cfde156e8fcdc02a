// Redrives what waits behind a queue's dead letters, for the test that kills it at that.
import { createApp } from '#server/context/app.ts';
import { systemContext } from '#server/events/store.testing.ts';
import { redriveMany } from '#server/queue/dead-letter-commands.ts';
import { readSettings } from '#server/settings/settings.ts';

await redriveMany(systemContext(createApp(readSettings(), 'worker')), { queue: 'test-partner' });
