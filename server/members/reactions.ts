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

export const reactions = [sync('legacy'), sync('crm')];
