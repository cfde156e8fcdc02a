import { directory } from './projections/directory.ts';
import { timeline } from './projections/timeline.ts';

export const projections = [directory, timeline];
