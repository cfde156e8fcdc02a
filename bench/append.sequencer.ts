// The sequencer as a process of its own, as in production.
import { createApp } from '#server/context/app.ts';
import { startSequencer } from '#server/events/sequencer.ts';
import { readSettings } from '#server/settings/settings.ts';

startSequencer(createApp(readSettings(), 'script'));
