import { v7 } from 'uuid';
import type { App } from '#server/context/app.ts';
import { pooledRandom } from '#server/crypto/random.ts';
import { type SubjectKey, seal, sealOrNull } from '#server/crypto/seals.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import { memberNumber, normalisePhone } from '#server/members/rules.ts';
import { startingPlans } from '#server/memberships/plans.ts';
import { accountOf, openingOf } from './accounts.ts';
import type { GeneratedMember } from './member.ts';
import { eventOf, membershipOf } from './memberships.ts';
import type { Person, Step } from './people.ts';

const uuidAt = (msecs: number) => v7({ msecs, random: pooledRandom(16) });

/** `sequence` and `accountSequence`: of the member's number, and of their account's. */
export function buildMember(app: App, person: Person, sequence: number, accountSequence: number): GeneratedMember {
  const id = uuidAt(person.joinedAt);
  const key: SubjectKey = { subjectId: id, key: pooledRandom(32) };
  const plan = startingPlans.find((one) => one.code === person.planCode);
  if (!plan) throw new Error(`no plan ${person.planCode}`);
  const member: GeneratedMember = {
    id,
    userId: uuidAt(person.joinedAt),
    number: memberNumber(sequence),
    person,
    wrapped: app.keyRing.wrap(key.key, id),
    phone: person.phone,
    phoneSealed: null,
    phoneIndex: null,
    dateOfBirthSealed: sealOrNull(key, 'dateOfBirth', person.dateOfBirth),
    dateOfBirthIndex: person.dateOfBirth && app.keyRing.blindIndex('dateOfBirth', person.dateOfBirth),
    addressSealed: sealOrNull(key, 'address', person.address && JSON.stringify(person.address)),
    planId: plan.id,
    version: 1,
    verifiedAt: null,
    updatedAt: person.joinedAt,
    membership: null,
    account: null,
    events: [],
  };
  addEvent(member, person.joinedAt, `member-${id}`, 1, 'member.registered', {
    memberId: id,
    userId: member.userId,
    version: 1,
    number: member.number,
    status: 'pending',
    givenName: seal(key, 'givenName', person.givenName),
    familyName: seal(key, 'familyName', person.familyName),
    email: seal(key, 'email', person.email),
    planId: plan.id,
    planCode: plan.code,
    joinedAt: new Date(person.joinedAt).toISOString(),
    channel: 'import',
  });
  let activity = 0;
  for (const step of person.steps) {
    if (step.kind === 'activity') addActivity(member, step, ++activity);
    else addChange(member, key, step);
  }
  member.membership = membershipOf(member);
  if (member.membership) member.events.push(eventOf(member, member.membership));
  member.account = accountOf(member, accountSequence);
  if (member.account) member.events.push(openingOf(member, member.account));
  member.phoneSealed = sealOrNull(key, 'phone', member.phone);
  member.phoneIndex = member.phone && app.keyRing.blindIndex('phone', normalisePhone(member.phone));
  return member;
}

function addActivity(member: GeneratedMember, step: Extract<Step, { kind: 'activity' }>, version: number): void {
  const data = step.type === 'page.viewed' ? { memberId: member.id, path: step.path } : { memberId: member.id };
  addEvent(member, step.at, `activity-${member.id}`, version, step.type, data);
}

function addChange(member: GeneratedMember, key: SubjectKey, step: Exclude<Step, { kind: 'activity' }>): void {
  member.version += 1;
  member.updatedAt = step.at;
  const common = { memberId: member.id, version: member.version };
  const stream = `member-${member.id}`;
  if (step.kind === 'verified') {
    member.verifiedAt = step.at;
    addEvent(member, step.at, stream, member.version, 'member.verified', common);
  } else if (step.kind === 'phone') {
    member.phone = step.value;
    const changes = { phone: seal(key, 'phone', step.value) };
    addEvent(member, step.at, stream, member.version, 'member.profile.updated', { ...common, changes });
  } else {
    const data = { ...common, from: step.from, to: step.to, reason: step.cause };
    addEvent(member, step.at, stream, member.version, 'member.status.changed', data);
  }
}

function addEvent(
  member: GeneratedMember,
  at: number,
  stream: string,
  version: number,
  type: string,
  data: JsonObject,
): void {
  member.events.push({
    id: uuidAt(at),
    at,
    stream,
    version,
    type,
    data,
    correlationId: uuidAt(at),
  });
}
