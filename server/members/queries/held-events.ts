import type { Ctx } from '#server/context/context.ts';
import { isSealed, open, type SubjectKey } from '#server/crypto/seals.ts';
import { type EventRow, eventOf } from '#server/events/read.ts';
import { activityStream, memberStream } from '../events.ts';

export interface HeldEvent {
  type: string;
  /** RFC 3339, when it happened. */
  at: string;
  data: unknown;
}

/**
 * The events of a member's own streams and everything else on their timeline, in the order in which they happened. Values
 * sealed for the member are opened; null stands for a value sealed for somebody else.
 */
export async function heldEvents(ctx: Ctx, memberId: string, key: SubjectKey | null): Promise<HeldEvent[]> {
  const rows = await ctx.sql<EventRow[]>`
    select 0 as position, e.* from events e
    where e.stream = any(${[memberStream(memberId), activityStream(memberId)]}::text[])
    union
    select 0, e.* from member_timeline t join events e on e.id = t.event_id where t.member_id = ${memberId}
    order by occurred_at, version`;
  return rows.map(eventOf).map((event) => ({
    type: event.type,
    at: new Date(event.occurredAt).toISOString(),
    data: openedJson(key, '', event.data),
  }));
}

/** Sealed values stand under the name of the field that they were sealed for, but for these. */
const fieldsOf: Record<string, string> = { previousEmail: 'email', pendingEmail: 'email' };

function openedJson(key: SubjectKey | null, name: string, value: unknown): unknown {
  if (isSealed(value)) return opened(key, fieldsOf[name] ?? name, value);
  if (Array.isArray(value)) return value.map((item) => openedJson(key, name, item));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, openedJson(key, inner, item)]));
}

function opened(key: SubjectKey | null, field: string, sealed: string): string | null {
  try {
    return key && open(key, field, sealed);
  } catch {
    return null;
  }
}
