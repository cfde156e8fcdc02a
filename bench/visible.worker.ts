// Sequencer and one projection in a process of their own, as a worker has them.
import { createApp } from '#server/context/app.ts';
import { startSequencer } from '#server/events/sequencer.ts';
import { startSubscriptions } from '#server/events/subscriptions.ts';
import { readSettings } from '#server/settings/settings.ts';
import { view } from './visible.projection.ts';

const app = createApp(readSettings(), 'script');
startSequencer(app);
await startSubscriptions(app, [view]);
