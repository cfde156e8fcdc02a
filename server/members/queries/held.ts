import type { Ctx } from '#server/context/context.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { notFound } from '#server/errors/errors.ts';
import { memberViewOf, openContact } from '../personal.ts';
import { findMember } from '../record.ts';
import { heldEvents } from './held-events.ts';
import { ownHelpRequests } from './help.ts';

/** The record of a member and what was written about it, in the clear: for themselves. @throws AppError `not_found` */
export async function heldMember(ctx: Ctx, id: string) {
  const record = await findMember(ctx.sql, id);
  if (!record) throw notFound();
  const { sql } = ctx;
  const key = await ctx.app.dataKeys.find(sql, id);
  const { masked: _, ...member } = memberViewOf(record, await openContact(ctx.app, sql, record), false);
  const notes = await sql<{ textSealed: string; createdAt: string }[]>`
    select text_sealed as "textSealed", created_at as "createdAt" from member_notes where member_id = ${id} order by created_at`;
  const timeline = await sql<{ at: string; type: string; system: string; summary: string; eventId: string | null }[]>`
    select at, type, system, summary, event_id as "eventId" from member_timeline where member_id = ${id} order by at, position`;
  return {
    member,
    notes: notes.map(({ textSealed, createdAt }) => ({
      text: openOrNull(key, 'note', textSealed),
      createdAt: new Date(createdAt).toISOString(),
    })),
    helpRequests: await ownHelpRequests(ctx, id),
    timeline: timeline.map((line) => ({ ...line, at: new Date(line.at).toISOString() })),
    events: await heldEvents(ctx, id, key),
  };
}
