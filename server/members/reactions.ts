import { defineReaction } from '#server/events/define.ts';
import { recordChangedTypes } from '#server/integrations/projections.ts';

/** Jobs carry which member and which version; the state itself is read when the job runs, so the newest goes out. */
const sync = (system: 'legacy' | 'crm') =>
  defineReaction({
    name: `sync-${system}`,
    types: recordChangedTypes,
    queue: `sync-${system}`,
    key: (event) => String(event.data.memberId),
    payload: (event) => ({ memberId: String(event.data.memberId), version: Number(event.data.version) }),
  });

/** The record follows the membership: each event says how it stands. */
const memberships = defineReaction({
  name: 'follow-memberships',
  types: [
    'membership.activated',
    'membership.renewed',
    'membership.changed',
    'membership.grace_started',
    'membership.lapsed',
    'membership.cancelled',
  ],
  queue: 'member-memberships',
  key: (event) => String(event.data.memberId),
  payload: ({ data: { memberId, status, planId, planCode, paidUntil } }) => ({
    memberId,
    status,
    planId,
    planCode,
    paidUntil,
  }),
});

export const reactions = [sync('legacy'), sync('crm'), memberships];
