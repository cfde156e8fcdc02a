import type { MemberStatus } from '#db/schema/members.ts';
import type { Address } from '#server/members/shapes.ts';
import { familyNames, givenNames, places, plainLetters, streets } from './names.ts';
import type { Random } from './random.ts';

/** A generated person with their history. Times are milliseconds since the epoch, UTC. */
export interface Person {
  index: number;
  givenName: string;
  familyName: string;
  email: string;
  phone: string | null;
  dateOfBirth: string | null;
  address: Address | null;
  planCode: string;
  joinedAt: number;
  status: MemberStatus;
  paidUntil: string | null;
  steps: Step[];
}

/** What happened to the record after joining, in order. */
export type Step =
  | { at: number; kind: 'verified' }
  | { at: number; kind: 'status'; from: MemberStatus; to: MemberStatus; cause: string }
  | { at: number; kind: 'phone'; value: string }
  | { at: number; kind: 'activity'; type: 'page.viewed' | 'profile.viewed'; path: string };

const day = 86_400_000;
const historyDays = 730;

const finalStatus: ReadonlyArray<readonly [MemberStatus, number]> = [
  ['active', 78],
  ['grace', 4],
  ['lapsed', 7],
  ['resigned', 5],
  ['pending', 4],
  ['suspended', 1],
  ['deceased', 1],
];

const causeOf: Partial<Record<MemberStatus, string>> = {
  grace: 'renewal-missed',
  lapsed: 'grace-ended',
  resigned: 'resign',
  suspended: 'suspend',
  deceased: 'mark-deceased',
};

const pages = ['/', '/profile', '/membership', '/notifications', '/help'];

/** One person. `now` is the moment the history ends. */
export function makePerson(random: Random, index: number, now: number): Person {
  const givenName = random.pick(givenNames);
  const familyName =
    random.next() < 0.06 ? `${random.pick(familyNames)}-${random.pick(familyNames)}` : random.pick(familyNames);
  const [city, country, dial, digits] = random.pick(places);
  const joinedAt = now - Math.floor(random.next() * historyDays * day) - 3_600_000;
  const status = now - joinedAt < 3 * day ? 'pending' : random.weighted(finalStatus);
  const number = () => `${dial}${random.whole(30, 99)}${random.whole(1_000_000, 9_999_999)}`;
  const person: Person = {
    index,
    givenName,
    familyName,
    email: `${plainLetters(givenName)}.${plainLetters(familyName)}${index}@example.${random.pick(['org', 'net', 'com'])}`,
    phone: random.chance(0.85) ? number() : null,
    dateOfBirth: random.chance(0.9) ? birthDate(random) : null,
    address: random.chance(0.8)
      ? {
          line1: `${random.pick(streets)} ${random.whole(1, 180)}`,
          city,
          postalCode: String(random.whole(10 ** (digits - 1), 10 ** digits - 1)),
          country,
        }
      : null,
    planCode: random.weighted([
      ['professional', 70],
      ['student', 20],
      ['fellow', 10],
    ]),
    joinedAt,
    status,
    paidUntil: paidUntilOf(joinedAt, status, now),
    steps: [],
  };
  person.steps = history(random, person, now, number);
  return person;
}

function birthDate(random: Random): string {
  return `${random.whole(1944, 2006)}-${String(random.whole(1, 12)).padStart(2, '0')}-${String(random.whole(1, 28)).padStart(2, '0')}`;
}

function paidUntilOf(joinedAt: number, status: MemberStatus, now: number): string | null {
  if (status === 'pending') return null;
  const year = 365 * day;
  const lived = Math.floor((now - joinedAt) / year);
  const periods = status === 'grace' || status === 'lapsed' ? Math.max(1, lived) : lived + 1;
  return new Date(joinedAt + periods * year).toISOString().slice(0, 10);
}

function history(random: Random, person: Person, now: number, number: () => string): Step[] {
  const { joinedAt, status } = person;
  const between = () => joinedAt + 2 * day + Math.floor(random.next() * Math.max(1, now - joinedAt - 3 * day));
  const steps: Step[] = [];
  if (status !== 'pending' || random.chance(0.5)) {
    steps.push({ at: joinedAt + random.whole(60_000, 3_000_000), kind: 'verified' });
  }
  if (status !== 'pending') {
    steps.push({
      at: joinedAt + random.whole(3_600_000, day),
      kind: 'status',
      from: 'pending',
      to: 'active',
      cause: 'first-payment',
    });
  }
  if (status !== 'pending' && person.phone && random.chance(0.25))
    steps.push({ at: between(), kind: 'phone', value: number() });
  for (let count = random.whole(0, 3); count > 0 && status !== 'pending'; count -= 1) {
    const path = random.pick(pages);
    steps.push({ at: between(), kind: 'activity', type: path === '/profile' ? 'profile.viewed' : 'page.viewed', path });
  }
  const cause = causeOf[status];
  if (cause)
    steps.push({ at: now - random.whole(3_600_000, 2 * day), kind: 'status', from: 'active', to: status, cause });
  return steps.sort((a, b) => a.at - b.at);
}
