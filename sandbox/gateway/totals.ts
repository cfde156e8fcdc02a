import type { Store } from './store.ts';

type Sum = { currency: string; count: number; amount: number; fee: number; net: number };
type Balance = { amount: number; currency: string; source_types: { card: number } };

/** Sums of all bookings by currency and kind, minor units; refunds and disputes are negative. */
export type Totals = {
  object: 'totals';
  charges: Sum[];
  refunds: Sum[];
  refund_failures: Sum[];
  disputes: Sum[];
  all: Sum[];
  balance: { object: 'balance'; livemode: false; available: Balance[]; pending: Balance[] };
};

export function totals(store: Store): Totals {
  return {
    object: 'totals',
    charges: sums(store, "body ->> '$.type' = 'charge'"),
    refunds: sums(store, "body ->> '$.type' = 'refund'"),
    refund_failures: sums(store, "body ->> '$.type' = 'refund_failure'"),
    disputes: sums(store, "body ->> '$.type' = 'adjustment'"),
    all: sums(store, 'true'),
    balance: {
      object: 'balance',
      livemode: false,
      available: sums(store, `body ->> '$.available_on' <= ${store.now()}`).map(balance),
      pending: sums(store, `body ->> '$.available_on' > ${store.now()}`).map(balance),
    },
  };
}

function sums(store: Store, condition: string): Sum[] {
  const rows = store.database
    .prepare(
      `SELECT body ->> '$.currency' AS currency, count(*) AS count, sum(body ->> '$.amount') AS amount,
         sum(body ->> '$.fee') AS fee, sum(body ->> '$.net') AS net
       FROM objects WHERE kind = 'balance_transaction' AND ${condition} GROUP BY 1 ORDER BY 1`,
    )
    .all();
  return rows.map((row) => ({ ...row })) as Sum[];
}

const balance = ({ currency, net }: Sum): Balance => ({ amount: net, currency, source_types: { card: net } });
