import { stringify } from 'csv-stringify/sync';
import { writeAudit } from '#server/audit/commands.ts';
import { type Ctx, requirePermission } from '#server/context/context.ts';
import type { CsvInput, MemberRow } from '../shapes.ts';
import { listMembers } from './directory.ts';

const columns: Array<keyof MemberRow> = [
  'number',
  'givenName',
  'familyName',
  'email',
  'status',
  'planCode',
  'joinedAt',
  'lastActivityAt',
  'id',
];

/** The list as CSV, page by page. What the screen masks is masked here. Cells that a spreadsheet would run as a formula are quoted with an apostrophe. */
export async function membersCsv(
  ctx: Ctx,
  filters: CsvInput,
  signal: AbortSignal,
): Promise<{ fileName: string; chunks: AsyncIterable<string> }> {
  requirePermission(ctx, 'members:export');
  await writeAudit(ctx, {
    action: 'member.export-list',
    resourceType: 'member',
    after: { status: filters.status ?? null, searched: Boolean(filters.q), selected: filters.ids?.length ?? null },
  });
  const day = ctx.now().toISOString().slice(0, 10);
  return { fileName: `members-${day}.csv`, chunks: pages(ctx, filters, signal) };
}

async function* pages(ctx: Ctx, filters: CsvInput, signal: AbortSignal): AsyncIterable<string> {
  yield stringify([columns]);
  let cursor: string | undefined;
  do {
    const page = await listMembers(ctx, { ...filters, limit: 200, ...(cursor ? { cursor } : {}) });
    yield stringify(page.data.map((row) => columns.map((column) => safeCell(row[column]))));
    cursor = page.nextCursor ?? undefined;
  } while (cursor && !signal.aborted);
}

const safeCell = (value: string | null) => (value && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value);
