import { z } from 'zod';
import { defineEvent } from '#server/events/define.ts';

const ours = ['guildhall'] as const;
const about = {
  sagaId: z.uuid(),
  sagaType: z.string(),
  subjectId: z.uuid(),
  memberId: z.uuid().optional(),
};

/** An operator is needed: it can go neither on nor back. */
export const sagaStuck = defineEvent({
  type: 'saga.stuck',
  version: 1,
  producers: ours,
  data: z.strictObject({ ...about, step: z.string(), code: z.string(), reason: z.string() }),
});

/** A person let it go on, or ended it. */
export const sagaMended = defineEvent({
  type: 'saga.mended',
  version: 1,
  producers: ours,
  data: z.strictObject({
    ...about,
    step: z.string(),
    action: z.enum(['retry', 'skip', 'settle']),
    outcome: z.enum(['completed', 'failed']).optional(),
  }),
});

export const sagaEvents = [sagaStuck, sagaMended];

/** Apart from the subject's own stream: a saga's troubles do not change the version of an order. */
export const sagaStream = (id: string) => `saga-${id}`;
