import type { Queryable } from '#db/client.ts';
import type { TxCtx } from '#server/context/context.ts';
import { openOrNull, type SubjectKey } from '#server/crypto/seals.ts';
import { defineProjection } from '#server/events/define.ts';
import type { StoredEvent } from '#server/events/stored-event.ts';
import type { ProfileChanges } from '../events.ts';

interface Entry {
  memberId: string;
  number: string;
  status: string;
  givenName: string;
  familyName: string;
  email: string;
  planCode: string | null;
  joinedAt: string;
  lastActivityAt: string | null;
  version: number;
  position: number;
}

type Change = (entry: Entry | undefined, event: StoredEvent, key: SubjectKey | null) => Entry | undefined;

const text = (value: unknown) => (typeof value === 'string' ? value : '');

const registered: Change = (_, event, key) => ({
  memberId: text(event.data.memberId),
  number: text(event.data.number),
  status: text(event.data.status),
  givenName: openOrNull(key, 'givenName', text(event.data.givenName)) ?? 'Erased',
  familyName: openOrNull(key, 'familyName', text(event.data.familyName)) ?? 'person',
  email: openOrNull(key, 'email', text(event.data.email)) ?? '',
  planCode: text(event.data.planCode) || null,
  joinedAt: text(event.data.joinedAt),
  lastActivityAt: null,
  version: Number(event.data.version),
  position: event.position,
});

const updated: Change = (entry, event, key) => {
  if (!entry) return undefined;
  // Checked against its schema when it was appended.
  const changes = event.data.changes as ProfileChanges;
  const opened = (field: 'givenName' | 'familyName' | 'email') =>
    openOrNull(key, field, changes[field]) ?? entry[field];
  return { ...entry, givenName: opened('givenName'), familyName: opened('familyName'), email: opened('email') };
};

const statusChanged: Change = (entry, event) => entry && { ...entry, status: text(event.data.to) };

const erased: Change = (entry) =>
  entry && { ...entry, status: 'erased', givenName: 'Erased', familyName: 'person', email: '' };

const active: Change = (entry, event) => entry && { ...entry, lastActivityAt: event.occurredAt };

const unchanged: Change = (entry) => entry;

const changeOf: Record<string, Change> = {
  'member.registered': registered,
  'member.verified': unchanged,
  'member.profile.updated': updated,
  'member.status.changed': statusChanged,
  'member.extended': unchanged,
  'member.membership.updated': (entry, event) => entry && { ...entry, planCode: text(event.data.planCode) },
  'member.erased': erased,
  'session.started': active,
  'page.viewed': active,
  'profile.viewed': active,
};

/** Keeps `member_directory`: the console's list and search. Works in sets: one read and one write a batch. */
export const directory = defineProjection({
  name: 'member-directory',
  types: Object.keys(changeOf),
  async apply(ctx, events) {
    const ids = [...new Set(events.map((event) => text(event.data.memberId)).filter(Boolean))];
    const entries = await load(ctx.sql, ids);
    const keys = await ctx.app.dataKeys.findMany(ctx.sql, idsWithNames(events));
    for (const event of events) {
      const id = text(event.data.memberId);
      const next = changeOf[event.type]?.(entries.get(id), event, keys.get(id) ?? null);
      if (next)
        entries.set(id, { ...next, version: Number(event.data.version ?? next.version), position: event.position });
    }
    await save(ctx, [...entries.values()]);
  },
});

const idsWithNames = (events: StoredEvent[]) => [
  ...new Set(
    events
      .filter((event) => event.type === 'member.registered' || event.type === 'member.profile.updated')
      .map((event) => text(event.data.memberId)),
  ),
];

async function load(sql: Queryable, ids: string[]): Promise<Map<string, Entry>> {
  const rows = await sql<Entry[]>`
    select member_id as "memberId", number, status, given_name as "givenName", family_name as "familyName", email,
      plan_code as "planCode", joined_at as "joinedAt", last_activity_at as "lastActivityAt", version, position
    from member_directory where member_id = any(${ids}::uuid[])`;
  return new Map(rows.map((row) => [row.memberId, row]));
}

/** What is searched: name, e-mail and number in lower case, names with and without their accents. */
function searchTextOf(entry: Entry): string {
  const names = `${entry.givenName} ${entry.familyName}`.toLowerCase();
  const unaccented = names.normalize('NFD').replace(/\p{M}/gu, '');
  return [
    names,
    ...(unaccented === names ? [] : [unaccented]),
    entry.email.toLowerCase(),
    entry.number.toLowerCase(),
  ].join(' ');
}

async function save(ctx: TxCtx, entries: Entry[]): Promise<void> {
  if (entries.length === 0) return;
  const column = <K extends keyof Entry>(name: K) => entries.map((entry) => entry[name]);
  const search = entries.map(searchTextOf);
  await ctx.sql`
    insert into member_directory (member_id, number, status, given_name, family_name, email, plan_code, joined_at,
      last_activity_at, version, position, search_text)
    select * from unnest(${column('memberId')}::uuid[], ${column('number')}::text[], ${column('status')}::text[],
      ${column('givenName')}::text[], ${column('familyName')}::text[], ${column('email')}::text[],
      ${column('planCode')}::text[], ${column('joinedAt')}::text[]::timestamptz[], ${column('lastActivityAt')}::text[]::timestamptz[],
      ${column('version')}::int[], ${column('position')}::bigint[], ${search}::text[])
    on conflict (member_id) do update set
      status = excluded.status, given_name = excluded.given_name, family_name = excluded.family_name,
      email = excluded.email, plan_code = excluded.plan_code, last_activity_at = excluded.last_activity_at,
      version = excluded.version, position = excluded.position, search_text = excluded.search_text`;
}
