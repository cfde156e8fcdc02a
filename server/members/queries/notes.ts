import { type Ctx, requirePermission } from '#server/context/context.ts';
import { openOrNull } from '#server/crypto/seals.ts';
import { auditRead, readableMember } from './member.ts';

export interface Note {
  id: string;
  text: string;
  author: string | null;
  createdAt: string;
}

/** Staff's notes about a member, newest first; the last 200. */
export async function memberNotes(ctx: Ctx, memberId: string): Promise<Note[]> {
  requirePermission(ctx, 'members:act');
  await readableMember(ctx, memberId);
  const [key, rows] = await Promise.all([
    ctx.app.dataKeys.find(ctx.sql, memberId),
    ctx.sql<Array<{ id: string; sealed: string; author: string | null; createdAt: string }>>`
      select n.id, n.text_sealed as sealed, u.name as author, n.created_at as "createdAt"
      from member_notes n left join users u on u.id = n.author_user_id
      where n.member_id = ${memberId} order by n.created_at desc limit 200`,
    auditRead(ctx, memberId, 'notes'),
  ]);
  return rows.map((row) => ({
    id: row.id,
    text: openOrNull(key, 'note', row.sealed) ?? 'Erased',
    author: row.author,
    createdAt: new Date(row.createdAt).toISOString(),
  }));
}
