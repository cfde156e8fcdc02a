import type { Queue } from '#server/queue/define.ts';
import { maintenance } from './maintenance.ts';

/**
 * Every queue there is, each with its policy and its handler: a queue without one does not compile. Queues of partners are
 * strict per record, so that a write that is tried again never overtakes a newer one.
 */
export const queues = [maintenance] as const satisfies readonly Queue[];
