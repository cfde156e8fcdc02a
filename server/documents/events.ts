import { z } from 'zod';
import { documentKinds } from '#db/schema/documents.ts';
import { defineEvent } from '#server/events/define.ts';

export const documentIssued = defineEvent({
  type: 'document.issued',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({
    documentId: z.uuid(),
    memberId: z.uuid(),
    kind: z.enum(documentKinds),
    number: z.string(),
    orderId: z.uuid().optional(),
    paymentId: z.uuid().optional(),
    refundId: z.uuid().optional(),
    total: z.strictObject({ amount: z.int().min(0), currency: z.string().regex(/^[A-Z]{3}$/) }),
  }),
});

export const documentEvents = [documentIssued];

export const documentStream = (id: string) => `document-${id}`;
