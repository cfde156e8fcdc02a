import { databaseQueue } from '#server/queue/define.ts';
import { followMembership, membershipNews } from './commands/follow-membership.ts';

/** Strict per member: the record ends where the membership does. */
const memberships = databaseQueue({
  name: 'member-memberships',
  payload: membershipNews,
  order: 'strict',
  concurrency: 4,
  expireSeconds: 30,
  handle: (tx, job) => followMembership(tx, job.payload),
});

export const memberQueues = [memberships] as const;
