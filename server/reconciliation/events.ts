import { z } from 'zod';
import { severities } from '#db/schema/reconciliation.ts';
import { defineEvent } from '#server/events/define.ts';

const ours = ['guildhall'] as const;
const about = {
  discrepancyId: z.uuid(),
  kind: z.string().max(60),
  memberId: z.uuid().optional(),
  orderId: z.uuid().optional(),
  paymentId: z.uuid().optional(),
  membershipId: z.uuid().optional(),
};

export const discrepancyFound = defineEvent({
  type: 'discrepancy.found',
  version: 1,
  producers: ours,
  data: z.strictObject({
    ...about,
    severity: z.enum(severities),
    amount: z.strictObject({ amount: z.int(), currency: z.string() }).optional(),
  }),
});

export const discrepancyResolved = defineEvent({
  type: 'discrepancy.resolved',
  version: 1,
  producers: ours,
  data: z.strictObject(about),
});

export const reconciliationEvents = [discrepancyFound, discrepancyResolved];

export const discrepancyStream = (id: string) => `discrepancy-${id}`;
