import type { PartnerMember } from '../partner-member.ts';

/** A row of the legacy system in our words; `joinedAt` is a day (YYYY-MM-DD), `updatedAt` an RFC 3339 instant in UTC. */
export interface LegacyMember extends PartnerMember {
  updatedAt: string;
  updatedBy: string;
}

/** `recordId` is the legacy member number; `version` the one stored now; `applied` false when it was already as new. */
export interface LegacyWrite {
  recordId: string;
  version: number;
  applied: boolean;
}

/** A payment as the legacy system keeps it. Amounts in minor units; `paidAt` an RFC 3339 instant in UTC, to the millisecond. */
export interface LegacyPayment {
  paymentId: string;
  number: string;
  memberId: string;
  purpose: string;
  method: string;
  status: string;
  amount: number;
  refundedAmount: number;
  currency: string;
  paidAt: string;
  version: number;
}

/** The legacy membership database. Every method throws PartnerError, and answers or throws within the time limit. */
export interface LegacySystem {
  /** Creates the published schema where it is missing. */
  install: () => Promise<void>;
  /**
   * Writes the member's state unless a version as new or newer is stored, reads it back and compares, all in one
   * transaction. `origin` names the writer for those who capture changes (up to 40 characters).
   */
  upsertMember: (member: PartnerMember, write: { origin: string }) => Promise<LegacyWrite>;
  /** Null when there is none, or when it was erased. */
  readMember: (memberId: string) => Promise<LegacyMember | null>;
  /** Those of the members that are there, in no particular order. */
  readMembers: (memberIds: readonly string[]) => Promise<LegacyMember[]>;
  /**
   * Blanks every personal value and leaves a tombstone that no later write overtakes, so that a redriven old write
   * cannot bring the person back; also when the record was never there. `erased` is false when nothing was stored.
   */
  eraseMember: (memberId: string, write?: { origin: string }) => Promise<{ erased: boolean }>;
  /** Writes the payment's state as `upsertMember` does a member's; `recordId` is the payment's number. */
  upsertPayment: (payment: LegacyPayment, write: { origin: string }) => Promise<LegacyWrite>;
  /** Null when there is none. */
  readPayment: (paymentId: string) => Promise<LegacyPayment | null>;
  /** One cheap round trip to the payments' table, which installations of before do not have. */
  checkPayments: () => Promise<void>;
  /** One cheap round trip, credentials and schema included. */
  check: () => Promise<void>;
  close: () => Promise<void>;
}
