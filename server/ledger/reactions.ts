import { defineReaction } from '#server/events/define.ts';

/** Whoever joins has an account. Members who were here before it got theirs from the sweep. */
export const reactions = [
  defineReaction({
    name: 'open-account',
    types: ['member.registered'],
    queue: 'open-account',
    payload: (event) => ({ memberId: String(event.data.memberId) }),
  }),
];
