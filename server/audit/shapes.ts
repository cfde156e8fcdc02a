import { z } from 'zod';
import { id, listOf, pageQuery, textWithIds, timestamp } from '#server/gateway/shapes.ts';

export const auditEntry = z.strictObject({
  id,
  timestamp,
  actorKind: z.string(),
  /** Who acted: a user, a client, or a part of Guildhall. null for nobody. */
  userId: z.string().nullable(),
  action: z.string(),
  /** `type/id`, or the type alone. */
  resource: z.string(),
  outcome: z.string(),
  reason: z.string().nullable(),
  /** In the clear; `erased` when its key was destroyed; null when there was none. */
  sourceIp: z.string().nullable(),
  correlationId: id,
  /** How many equal refusals the entry sums up. */
  count: z.int(),
  before: z.json(),
  after: z.json(),
});
export type AuditEntry = z.output<typeof auditEntry>;
export const auditList = listOf(auditEntry);

export const auditQuery = z.strictObject({
  ...pageQuery,
  actor: textWithIds(100).optional(),
  action: z.string().max(100).optional(),
  resource: textWithIds(200).optional().describe('a type, or type/id'),
  from: timestamp.optional(),
  to: timestamp.optional(),
});
