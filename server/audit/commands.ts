import { createHmac } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { actorId } from '#server/context/actor.ts';
import { type Ctx, isInTransaction, isOwn, outsideTransaction } from '#server/context/context.ts';
import { type SubjectKey, seal } from '#server/crypto/seals.ts';
import { addressKeyBeside, obtainUnlessDestroyed, type SealedAddress, sealAddress } from './address.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface AuditInput {
  /** `member.update`: the resource's type, then what was done to it. */
  action: string;
  resourceType: string;
  resourceId?: string | null;
  outcome?: 'ok' | 'refused' | 'failed';
  /** A person's words, or a word of ours. Sealed for the subject, if there is one: whoever writes about people names them. */
  reason?: string;
  /** Personal values in here are sealed already, under `subjectId` and the name of their field. */
  before?: Json;
  after?: Json;
  /** Whose data key sealed them; the resource itself unless said, when it is a member or a user. */
  subjectId?: string;
}

/** Writes an audit entry with the caller's own handle: with their change, or not at all. */
export async function writeAudit(ctx: Ctx, entry: AuditInput): Promise<void> {
  const address = await sealAddress(ctx);
  const subjectId = subjectOf(entry);
  const reason = await sealReason(ctx, subjectId, entry.reason);
  await ctx.sql`
    insert into audit_entries (id, at, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason,
      source_address_sealed, address_subject_id, correlation_id, subject_id, before, after)
    values (${uuidv7()}, ${ctx.now().toISOString()}, ${ctx.actor.kind}, ${actorId(ctx.actor)}, ${entry.action},
      ${entry.resourceType}, ${entry.resourceId ?? null}, ${entry.outcome ?? 'ok'}, ${reason},
      ${address?.sealed ?? null}, ${address?.subjectId ?? null}, ${ctx.correlationId}, ${subjectId},
      ${jsonOrNull(entry.before)}::text::jsonb, ${jsonOrNull(entry.after)}::text::jsonb)`;
}

const subjectTypes = ['member', 'user'];

const subjectOf = (entry: AuditInput) =>
  entry.subjectId ?? (subjectTypes.includes(entry.resourceType) ? (entry.resourceId ?? null) : null);

/**
 * A person's words, sealed as `reason` for whom they are about, if that is known. null for none, and for words about somebody
 * who was erased: nothing new is written about them.
 */
export async function sealReason(
  ctx: Ctx,
  subjectId: string | null,
  reason: string | undefined,
): Promise<string | null> {
  if (reason === undefined || subjectId === null) return reason ?? null;
  const key = await obtainUnlessDestroyed(ctx.app, ctx.sql, subjectId);
  return key && seal(key, 'reason', reason);
}

const jsonOrNull = (value: Json | undefined) => (value === undefined ? null : JSON.stringify(value));

export interface Refusal {
  action: string;
  resourceType: string;
  resourceId?: string | null;
  reason: string;
}

const minuteMs = 60_000;

/**
 * Records that something was refused, in a transaction of its own, so that it stays when the caller's is rolled back.
 * Refusals of one action to one actor (nobody: one address) within a minute are one entry that counts: whoever knocks a
 * thousand times must not be able to fill the trail. An entry summed over different resources or reasons names neither.
 */
export const recordRefusal = (ctx: Ctx, refusal: Refusal) => recordSummed(ctx, refusal, 'refused');

/** Records what one person does many times a minute, such as searching: summed like refusals. */
export const recordRepeated = (ctx: Ctx, act: Omit<Summed, 'reason'>) => recordSummed(ctx, act, 'ok');

const visitMs = 15 * minuteMs;

/**
 * Records that a person or a machine looked at somebody's record. A page is many reads, and is read again while it is open: the
 * parts that one session looks at within a quarter of an hour are one entry, which names them. `subjectId`: whose record it
 * is, where that is not the resource itself. No `resourceId`: a list of everybody's, which is in nobody's own trail.
 */
export async function recordLook(
  ctx: Ctx,
  look: { resourceType: string; resourceId: string | null; part: string; subjectId?: string },
): Promise<void> {
  if (isWithinLook in ctx) return;
  const at = ctx.now();
  const visit = Math.floor(at.getTime() / visitMs);
  // Whoever is in a transaction holds a connection, and must not wait for another one.
  const inside = isInTransaction(ctx);
  const address = inside ? await sealAddress(ctx) : await sealAddressBeside(ctx);
  const { sql } = inside ? ctx : outsideTransaction(ctx);
  const who = ctx.actor.kind === 'user' ? ctx.actor.sessionId : actorId(ctx.actor);
  await sql`
    insert into audit_entries as e (id, at, actor_kind, actor_id, action, resource_type, resource_id, outcome,
      source_address_sealed, address_subject_id, correlation_id, subject_id, after, refusal_key, summed_until)
    values (${uuidv7()}, ${at.toISOString()}, ${ctx.actor.kind}, ${actorId(ctx.actor)}, ${`${look.resourceType}.${look.resourceId === null ? 'list' : 'read'}`},
      ${look.resourceType}, ${look.resourceId}, 'ok', ${address?.sealed ?? null}, ${address?.subjectId ?? null}, ${ctx.correlationId},
      ${look.subjectId ?? look.resourceId}, jsonb_build_object('looked', array[${look.part}::text]),
      ${`${ctx.actor.kind}:${who}|read|${look.resourceType}/${look.resourceId ?? ''}|${visit}`},
      ${new Date((visit + 1) * visitMs).toISOString()})
    on conflict (refusal_key) where refusal_key is not null do update set
      after = jsonb_build_object('looked', e.after->'looked' || (excluded.after->'looked'))
      where not e.after->'looked' @> (excluded.after->'looked')`;
}

const isWithinLook = Symbol('within a look');

/** For the queries that make up one look: the caller has recorded it, and they record none of their own. */
export function withinLook(ctx: Ctx): Ctx {
  const within = { ...ctx, [isWithinLook]: true };
  return within;
}

/**
 * Records that a list of people's affairs was read: one member's in that member's trail, everybody's (undefined) once for the
 * list. One's own, and nobody's (null), are not recorded.
 */
export async function recordListLook(
  ctx: Ctx,
  { resourceType, part, memberId }: { resourceType: string; part: string; memberId: string | null | undefined },
): Promise<void> {
  if (memberId === null || (memberId !== undefined && isOwn(ctx, memberId))) return;
  await recordLook(
    ctx,
    memberId === undefined
      ? { resourceType, resourceId: null, part }
      : { resourceType: 'member', resourceId: memberId, part },
  );
}

async function sealAddressBeside(ctx: Ctx): Promise<SealedAddress | null> {
  const key = ctx.sourceAddress === null ? null : await addressKeyBeside(ctx);
  return key && ctx.sourceAddress !== null
    ? { sealed: seal(key, 'address', ctx.sourceAddress), subjectId: key.subjectId }
    : null;
}

type Summed = Omit<Refusal, 'reason'> & { reason?: string };

async function recordSummed(ctx: Ctx, entry: Summed, outcome: 'ok' | 'refused'): Promise<void> {
  const at = ctx.now();
  const minute = Math.floor(at.getTime() / minuteMs);
  const key = ctx.sourceAddress === null ? null : await addressKeyBeside(ctx);
  const address = key && ctx.sourceAddress !== null ? seal(key, 'address', ctx.sourceAddress) : null;
  const who = ctx.actor.kind === 'anonymous' ? fingerprint(key, ctx.sourceAddress) : actorId(ctx.actor);
  // One statement, which commits by itself.
  await outsideTransaction(ctx).sql`
    insert into audit_entries as e (id, at, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason,
      source_address_sealed, address_subject_id, correlation_id, refusal_key, summed_until)
    values (${uuidv7()}, ${at.toISOString()}, ${ctx.actor.kind}, ${actorId(ctx.actor)}, ${entry.action},
      ${entry.resourceType}, ${entry.resourceId ?? null}, ${outcome}, ${entry.reason ?? null}, ${address},
      ${key?.subjectId ?? null}, ${ctx.correlationId},
      ${`${ctx.actor.kind}:${who}|${entry.action}|${entry.resourceType}|${minute}${outcome === 'ok' ? '|ok' : ''}`},
      ${new Date((minute + 1) * minuteMs).toISOString()})
    on conflict (refusal_key) where refusal_key is not null do update set
      count = e.count + 1,
      resource_id = case when e.resource_id is distinct from excluded.resource_id then null else e.resource_id end,
      reason = case when e.reason is distinct from excluded.reason then null else e.reason end`;
}

/** Under the data key, not the index key: once the day's key is destroyed, nobody can find the address by trying them all. */
function fingerprint(key: SubjectKey | null, address: string | null): string {
  if (!key || address === null) return 'nowhere';
  return createHmac('sha256', key.key).update(`refusal:${address}`).digest('base64url').slice(0, 22);
}
