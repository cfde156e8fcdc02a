import type { Sql, TransactionSql } from '#db/client.ts';
import { accountRows } from './accounts.ts';
import { copy } from './copy.ts';
import type { GeneratedEvent, GeneratedMember } from './member.ts';
import { copyMemberships } from './memberships.ts';

const iso = (at: number) => new Date(at).toISOString();

/** Writes members in one transaction: rows, keys, streams and events, each with one COPY. */
export async function writeMembers(sql: Sql, members: GeneratedMember[]): Promise<void> {
  await sql.begin(async (tx) => {
    const transaction = tx as TransactionSql;
    await copy(transaction, 'data_keys', members.map(keyRow));
    await copy(transaction, 'members', members.map(memberRow));
    await copy(transaction, 'users', members.map(userRow));
    await copy(transaction, 'sync_states', members.flatMap(syncRows));
    await copyMemberships(transaction, members);
    await copy(transaction, 'accounts', members.flatMap(accountRows));
    const events = members.flatMap((member) => member.events);
    await copy(transaction, 'streams', streamRows(events));
    await copy(transaction, 'events', events.map(eventRow));
  });
}

const keyRow = (member: GeneratedMember) => ({
  subject_id: member.id,
  ring_key_id: member.wrapped.ringKeyId,
  wrapped_key: member.wrapped.wrappedKey,
  created_at: iso(member.person.joinedAt),
});

const memberRow = (member: GeneratedMember) => ({
  id: member.id,
  number: member.number,
  status: member.person.status,
  given_name: member.person.givenName,
  family_name: member.person.familyName,
  email: member.person.email,
  phone_sealed: member.phoneSealed,
  phone_index: member.phoneIndex,
  date_of_birth_sealed: member.dateOfBirthSealed,
  date_of_birth_index: member.dateOfBirthIndex,
  address_sealed: member.addressSealed,
  plan_id: member.planId,
  paid_until: member.person.paidUntil,
  mail_choices: { newsletter: true, events: false, receipts: true },
  joined_at: iso(member.person.joinedAt),
  verified_at: member.verifiedAt && iso(member.verifiedAt),
  version: member.version,
  updated_at: iso(member.updatedAt),
});

const userRow = (member: GeneratedMember) => ({
  id: member.userId,
  email: member.person.email,
  name: `${member.person.givenName} ${member.person.familyName}`,
  roles: ['member'],
  member_id: member.id,
  email_verified_at: member.verifiedAt && iso(member.verifiedAt),
  failed_sign_ins: 0,
  version: 1,
  created_at: iso(member.person.joinedAt),
  updated_at: iso(member.person.joinedAt),
});

const syncRows = (member: GeneratedMember) =>
  (['legacy', 'crm'] as const).map((system) => ({
    member_id: member.id,
    system,
    record_id: member.number,
    ack_version: member.version,
    ack_at: iso(member.updatedAt + 800),
    wanted_version: member.version,
    wanted_at: iso(member.updatedAt),
  }));

function streamRows(events: GeneratedEvent[]) {
  const versions = new Map<string, number>();
  for (const event of events) versions.set(event.stream, Math.max(event.version, versions.get(event.stream) ?? 0));
  const now = iso(Date.now());
  return [...versions].map(([stream, version]) => ({ stream, version, updated_at: now }));
}

const eventRow = (event: GeneratedEvent) => ({
  id: event.id,
  recorded_at: iso(event.at),
  stream: event.stream,
  version: event.version,
  type: event.type,
  schema_version: 1,
  data: event.data,
  correlation_id: event.correlationId,
  causation_id: null,
  actor: { kind: 'system', id: 'import' },
  source: 'import',
  occurred_at: iso(event.at),
});

/**
 * Gives all events that have no position one, in the order in which they happened. The sequencer's row is held for as long,
 * so that events appended meanwhile come after. Nothing else may be writing events that are older than these.
 */
export async function sequenceHistory(sql: Sql): Promise<number> {
  return sql.begin(async (tx) => {
    const [row] = await tx<{ last_position: number }[]>`select last_position from sequencer for update`;
    const start = row?.last_position ?? 0;
    const inserted = await tx`
      insert into event_positions (position, event_id, recorded_at, type)
      select ${start} + row_number() over (order by recorded_at, stream, version), id, recorded_at, type
      from events e
      where not exists (select 1 from event_positions p where p.event_id = e.id)
        and not exists (select 1 from pending_events q where q.event_id = e.id)`;
    await tx`update sequencer set last_position = ${start + inserted.count}`;
    return start + inserted.count;
  });
}
