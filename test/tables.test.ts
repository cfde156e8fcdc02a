import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { testApp } from './database.ts';

/** A domain uses another domain's commands and queries, never its tables. */

const app = testApp();

/** Whose tables are whose, by folder of `server/`. */
const tables: Record<string, string> = {
  access: 'users sessions mailed_tokens oauth_clients oauth_codes oauth_consents oauth_refresh_tokens',
  audit: 'audit_entries',
  cards: 'cards',
  checkout: 'carts',
  crypto: 'data_keys',
  documents: 'documents document_counters',
  events:
    'events event_ids event_positions event_schemas pending_events sequencer streams subscriptions blocked_streams inbox effects_ledger',
  gateway: 'idempotency_keys rate_limits',
  integrations: 'sync_states partner_calls',
  ledger: 'accounts account_balances journal_entries postings ledger_checks transfers customer_days',
  loans: 'loan_products loans loan_instalments loan_decisions loan_repayments',
  members: 'members member_directory member_events member_notes member_timeline help_requests help_replies',
  memberships: 'plans plan_prices memberships membership_periods membership_order_lines renewal_attempts renewal_links',
  notifications: 'notifications mails',
  orders: 'orders order_items products tax_rates stock_levels stock_holds shipments digital_grants',
  payments: 'payments refunds disputes gateway_customers webhook_events',
  queue: 'dead_letters flows',
  reconciliation: 'discrepancies',
  sagas: 'sagas saga_steps saga_log',
};

/** Its work is to hold whole tables of several domains against each other: in one statement, or it takes minutes. */
const compares = 'reconciliation';

/** What was there before this rule was checked, each `reader: table`. It only gets shorter. */
const tolerated = [
  'access: members',
  'access: plans',
  'access: rate_limits',
  'events: dead_letters',
  'events: member_events',
  'integrations: dead_letters',
  'integrations: flows',
  'integrations: mails',
  'ledger: members',
  'loans: members',
  'members: events',
  'members: plans',
  'members: users',
  'memberships: members',
  'queue: blocked_streams',
];

const ownerOf = new Map(
  Object.entries(tables).flatMap(([owner, names]) => names.split(' ').map((one) => [one, owner])),
);

/** Every place where the SQL of one folder names a table of another: `reader: table`. */
function trespasses(): string[] {
  const root = new URL('../server', import.meta.url).pathname;
  const found = globSync('**/*.ts', { cwd: root, exclude: ['**/*.test.ts', '**/*.testing.ts'] }).flatMap((file) => {
    const folder = file.split('/')[0] ?? '';
    const named = readFileSync(`${root}/${file}`, 'utf8').matchAll(/\b(?:from|join|into|update)\s+([a-z_]+)\b/g);
    return [...named]
      .map(([, table = '']) => table)
      .filter((table) => ownerOf.has(table) && ownerOf.get(table) !== folder && folder !== compares)
      .map((table) => `${folder}: ${table}`);
  });
  return [...new Set(found)].sort();
}

test('every table has an owner', async () => {
  const rows = await app.current.database.sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`;
  expect(rows.map(({ name }) => name)).toEqual([...ownerOf.keys()].sort());
});

test('nobody reads or writes a table of somebody else', () => {
  expect(trespasses()).toEqual(tolerated);
});
