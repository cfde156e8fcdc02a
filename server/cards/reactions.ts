import { defineReaction } from '#server/events/define.ts';

export const reactions = [
  defineReaction({
    name: 'forget-cards',
    types: ['member.erased'],
    queue: 'forget-cards',
    payload: (event) => ({ memberId: String(event.data.memberId) }),
  }),
];
