import { z } from 'zod';
import { defineEvent } from '#server/events/define.ts';

const ours = ['guildhall'] as const;
const card = { cardId: z.uuid(), memberId: z.uuid() };

export const cardEvents = [
  defineEvent({ type: 'card.added', version: 1, producers: ours, data: z.strictObject(card) }),
  defineEvent({ type: 'card.removed', version: 1, producers: ours, data: z.strictObject(card) }),
  defineEvent({
    type: 'card.expiring',
    version: 1,
    producers: ours,
    data: z.strictObject({ ...card, expires: z.string().regex(/^\d{4}-\d{2}$/) }),
  }),
];

export const cardStream = (id: string) => `card-${id}`;
