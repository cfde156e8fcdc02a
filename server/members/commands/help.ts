import { v7 as uuidv7 } from 'uuid';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, inTransaction, isOwn, requirePermission, type TxCtx } from '#server/context/context.ts';
import { seal } from '#server/crypto/seals.ts';
import { AppError, notFound, notYours, ruleViolated } from '#server/errors/errors.ts';
import { append } from '#server/events/append.ts';
import { activityStream } from '../events.ts';
import type { HelpTopic } from '../rules.ts';

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
  input: { topic: HelpTopic; message: string },
): Promise<HelpRequest> {
  if (!isOwn(ctx, memberId)) throw notYours();
  return inTransaction(ctx, async (tx) => {
    const key = await tx.app.dataKeys.obtain(tx.sql, memberId);
    const request = { id: uuidv7(), topic: input.topic, status: 'open', createdAt: tx.now().toISOString() };
    await tx.sql`
      insert into help_requests (id, member_id, topic, message_sealed, created_at)
      values (${request.id}, ${memberId}, ${input.topic}, ${seal(key, 'helpMessage', input.message)}, ${request.createdAt})`;
    await append(tx, activityStream(memberId), 'any', [
      { type: 'support.requested', data: { memberId, topic: input.topic, requestId: request.id } },
    ]);
    await writeAudit(tx, { action: 'help.request', resourceType: 'help-request', resourceId: request.id });
    return request;
  });
}

/** @throws AppError `not_found`, `forbidden` for one's own request */
async function lockRequest(tx: TxCtx, id: string): Promise<{ memberId: string; topic: string; status: string }> {
  const [row] = await tx.sql<{ memberId: string; topic: string; status: string }[]>`
    select member_id as "memberId", topic, status from help_requests where id = ${id} for update`;
  if (!row) throw notFound();
  if (isOwn(tx, row.memberId)) throw new AppError('forbidden', 'Nobody decides on their own record. Ask a colleague.');
  return row;
}

const markClosed = (tx: TxCtx, id: string) =>
  tx.sql`update help_requests set status = 'closed', closed_at = ${tx.now().toISOString()} where id = ${id}`;

/**
 * Staff write back: it stands on the member's help page and goes out by mail, if they ever proved their address. Like the
 * question it is sealed for them.
 * @throws AppError `not_found`, `forbidden` for one's own request, `rule_violated` for one that is closed or whose member was erased
 */
export async function replyToHelpRequest(
  ctx: Ctx,
  id: string,
  { text, close }: { text: string; close: boolean },
): Promise<void> {
  requirePermission(ctx, 'members:act');
  await inTransaction(ctx, async (tx) => {
    const { memberId, topic, status } = await lockRequest(tx, id);
    if (status !== 'open') throw ruleViolated('This request is closed: somebody answered it meanwhile.');
    const key = await tx.app.dataKeys.find(tx.sql, memberId);
    if (!key) throw ruleViolated('Nobody can be written to any more: this person was erased.');
    const replyId = uuidv7();
    const sealed = seal(key, 'helpReply', text);
    await tx.sql`
      insert into help_replies (id, request_id, author_user_id, text_sealed, created_at)
      values (${replyId}, ${id}, ${tx.actor.kind === 'user' ? tx.actor.userId : null}, ${sealed}, ${tx.now().toISOString()})`;
    if (close) await markClosed(tx, id);
    await append(tx, activityStream(memberId), 'any', [
      { type: 'support.replied', data: { memberId, requestId: id, replyId, topic, closed: close } },
    ]);
    await writeAudit(tx, {
      action: 'help.reply',
      resourceType: 'help-request',
      resourceId: id,
      subjectId: memberId,
      after: { helpReply: sealed, status: close ? 'closed' : 'open' },
    });
  });
}

/** Answered without a word from here. Closing again changes nothing and tells nobody. @throws AppError `not_found`, `forbidden` for one's own request */
export async function closeHelpRequest(ctx: Ctx, id: string, reason: string): Promise<void> {
  requirePermission(ctx, 'members:act');
  await inTransaction(ctx, async (tx) => {
    const row = await lockRequest(tx, id);
    if (row.status !== 'open') return;
    await markClosed(tx, id);
    await append(tx, activityStream(row.memberId), 'any', [
      { type: 'support.answered', data: { memberId: row.memberId, topic: row.topic } },
    ]);
    await writeAudit(tx, {
      action: 'help.close',
      resourceType: 'help-request',
      resourceId: id,
      reason,
      subjectId: row.memberId,
    });
  });
}
