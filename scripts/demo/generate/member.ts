import type { MembershipStatus } from '#db/schema/memberships.ts';
import type { JsonObject } from '#server/events/stored-event.ts';
import type { Period } from '#server/memberships/rules.ts';
import type { Person } from './people.ts';

/** One event, ready for the store. `at` in milliseconds, UTC. */
export interface GeneratedEvent {
  id: string;
  at: number;
  stream: string;
  version: number;
  type: string;
  data: JsonObject;
  correlationId: string;
}

/** A member as rows: what `write.ts` puts into the tables. */
export interface GeneratedMember {
  id: string;
  userId: string;
  number: string;
  person: Person;
  wrapped: { ringKeyId: string; wrappedKey: string };
  phone: string | null;
  phoneSealed: string | null;
  phoneIndex: string | null;
  dateOfBirthSealed: string | null;
  dateOfBirthIndex: string | null;
  addressSealed: string | null;
  planId: string;
  version: number;
  verifiedAt: number | null;
  updatedAt: number;
  membership: GeneratedMembership | null;
  account: GeneratedAccount | null;
  events: GeneratedEvent[];
}

/** What somebody has who has paid: their membership, with the periods that led to it, the oldest first. */
export interface GeneratedMembership {
  id: string;
  status: MembershipStatus;
  periods: Period[];
}

export interface GeneratedAccount {
  id: string;
  number: string;
}
