import { z } from 'zod';
import { defineEvent } from '#server/events/define.ts';

const memberId = z.uuid().optional();

export const emailSent = defineEvent({
  type: 'email.sent',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({ memberId, userId: z.uuid().optional(), template: z.string(), mailId: z.uuid() }),
});

export const notificationSent = defineEvent({
  type: 'notification.sent',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({ memberId, userId: z.uuid(), notificationId: z.uuid(), channel: z.enum(['in-app']) }),
});

export const notificationEvents = [emailSent, notificationSent];
