import type { PendingQuery, Row } from 'postgres';
import type { Severity } from '#db/schema/reconciliation.ts';
import type { TxCtx } from '#server/context/context.ts';

/** One thing that is not as it must be. `key` says which: seen again it is the same one. */
export interface Break {
  key: string;
  memberId: string | null;
  orderId: string | null;
  paymentId: string | null;
  membershipId: string | null;
  /** What is at stake, in minor units. */
  amount: number | null;
  currency: string | null;
}

export interface Invariant {
  kind: string;
  severity: Severity;
  /** A query for what breaks it. Nothing younger than `settled` (RFC 3339): what is on its way is not wrong. */
  find(tx: TxCtx, settled: string): PendingQuery<Row[]>;
}
