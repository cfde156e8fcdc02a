import { v7 as uuidv7 } from 'uuid';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { notFound } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { activityStream } from '../events.ts';

export interface HelpRequest {
  id: string;
  topic: string;
  status: string;
  createdAt: string;
}

/** A member asks for help. What they write is sealed: it is about a person. */
export async function requestHelp(
  ctx: Ctx,
  memberId: string,
  input: { topic: string; message: string },
): Promise<HelpRequest> {
  if (!isOwn(ctx, memberId)) throw notFound();
  return inTransaction(ctx, async (tx) => {
    const key = await tx.app.dataKeys.obtain(tx.sql, memberId);
    const request = { id: uuidv7(), topic: input.topic, status: 'open', createdAt: tx.now().toISOString() };
    await tx.sql`
      insert into help_requests (id, member_id, topic, message_sealed, created_at)
      values (${request.id}, ${memberId}, ${input.topic}, ${seal(key, 'helpMessage', input.message)}, ${request.createdAt})`;
    await append(tx, activityStream(memberId), 'any', [
      { type: 'support.requested', data: { memberId, topic: input.topic } },
    ]);
    await writeAudit(tx, { action: 'help.request', resourceType: 'help-request', resourceId: request.id });
    return request;
  });
}
