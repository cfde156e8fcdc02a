// A process that sequences and nothing else, for the tests that kill and pause it. Settings come from its environment.
import { createApp } from '#server/context/app.ts';
import { readSettings } from '#server/settings/settings.ts';
import { startSequencer } from './sequencer.ts';

startSequencer(createApp(readSettings(), 'script'));
