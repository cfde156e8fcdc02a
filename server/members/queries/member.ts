import { recordLook, writeAudit } from '#server/audit/commands.ts';
import { readCached } from '#server/cache/read-cached.ts';
import { type Ctx, can, inTransaction, isOwn, requirePermission } from '#server/context/context.ts';
import { AppError, notFound, notYours } from '#server/errors/errors.ts';
import { memberViewOf, openContact } from '../personal.ts';
import { findMember, type MemberRecord, memberCacheKey } from '../record.ts';
import type { MemberView, RevealView, revealable } from '../shapes.ts';

const cacheMs = 30_000;

/** The caller's own member id for `me`. @throws AppError `not_found` for someone who is no member. */
export function memberIdOf(ctx: Ctx, id: string): string {
  if (id !== 'me') return id;
  if (ctx.actor.kind !== 'user' || !ctx.actor.memberId) throw notFound('You are signed in, but you are not a member.');
  return ctx.actor.memberId;
}

/** The record as the cache has it: contact values sealed. @throws AppError `not_found` when it is not there or not the caller's. */
export async function readableMember(ctx: Ctx, id: string): Promise<MemberRecord> {
  const own = isOwn(ctx, id) && can(ctx, 'self');
  if (!own && !can(ctx, 'members:open')) throw notYours();
  const found = await readCached(
    ctx,
    memberCacheKey(id),
    { ttlMs: cacheMs, tags: ['members'], personal: true },
    (sql) => findMember(sql, id),
  );
  if (!found) throw notFound();
  return found;
}

/** One's own record in the clear; anyone else's masked, and the reading is audited. */
export async function getMember(ctx: Ctx, id: string): Promise<MemberView> {
  const record = await readableMember(ctx, id);
  const own = isOwn(ctx, id);
  const [contact] = await Promise.all([openContact(ctx.app, ctx.sql, record), own ? null : auditRead(ctx, id)]);
  return memberViewOf(record, contact, !own);
}

/** `part`: what of the record was looked at. */
export const auditRead = (ctx: Ctx, id: string, part = 'record') =>
  recordLook(ctx, { resourceType: 'member', resourceId: id, part });

/** Clear values, once, with a reason; logged in the same transaction that reads them. */
export async function reveal(
  ctx: Ctx,
  id: string,
  fields: ReadonlyArray<(typeof revealable)[number]>,
  reason: string,
): Promise<RevealView> {
  requirePermission(ctx, 'members:reveal');
  if (isOwn(ctx, id)) throw new AppError('rule_violated', 'Your own values are not masked: see your profile.');
  return inTransaction(ctx, async (tx) => {
    const record = await findMember(tx.sql, id);
    if (!record) throw notFound();
    const clear = memberViewOf(record, await openContact(tx.app, tx.sql, record), false);
    await writeAudit(tx, {
      action: 'member.reveal',
      resourceType: 'member',
      resourceId: id,
      reason,
      after: { fields: [...fields] },
    });
    return Object.fromEntries(fields.map((field) => [field, clear[field]]));
  });
}
