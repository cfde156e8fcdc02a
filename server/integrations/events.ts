import { z } from 'zod';
import { defineEvent } from '#server/events/define.ts';

const system = z.enum(['legacy', 'crm']);

export const syncCompleted = defineEvent({
  type: 'sync.completed',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({
    memberId: z.uuid().optional(),
    system,
    recordId: z.string(),
    version: z.int(),
  }),
});

export const syncFailed = defineEvent({
  type: 'sync.failed',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({
    memberId: z.uuid().optional(),
    system,
    class: z.enum(['permanent', 'transient', 'unavailable', 'limited', 'credentials']),
    /** Codes and field names only: see PartnerError. */
    reason: z.string().max(300),
  }),
});

export const integrationEvents = [syncCompleted, syncFailed];
