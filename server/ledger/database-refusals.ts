import { type AppError, conflict, notFound, ruleViolated } from '#server/errors/errors.ts';
import { plainMoney } from './rules.ts';

interface Refusal {
  code: string;
  detail: string;
  constraint: string;
}

/** What the ledger's triggers and functions raised, in words; null for anything else. `currency` is the entry's. */
export function refusalOf(error: unknown, currency: string | null): AppError | null {
  const found = raisedBy(error);
  return found && (wordsFor[found.code]?.(found, currency) ?? wordsForConstraint[found.constraint]?.() ?? null);
}

const wordsFor: Record<string, (found: Refusal, currency: string | null) => AppError> = {
  GL001: ({ detail }, currency) => {
    const [number = '', available = '0'] = detail.split(' ');
    const left = currency === null ? available : plainMoney(Number(available), currency);
    return ruleViolated(`There is not enough in account ${number}: ${left} available.`, [
      { path: 'amount', message: `is more than the ${left} available` },
    ]);
  },
  GL002: ({ detail }) => ruleViolated(`Account ${detail} is closed.`),
  GL003: ({ detail }) => {
    const [number, currency] = detail.split(' ');
    return ruleViolated(`Account ${number} is kept in ${currency}.`, [
      { path: 'currency', message: `must be ${currency}` },
    ]);
  },
  GL004: ({ detail }) => ruleViolated(`Account ${detail} is not at zero, or something is held on it.`),
  GL005: () => notFound(),
  GL006: () => ruleViolated('Only a pending entry can be posted or voided.'),
  GL007: () => ruleViolated('Only a posted entry that is no reversal itself can be reversed.'),
  GL008: () => conflict('This idempotency key stands for another entry.'),
  GL009: () =>
    ruleViolated('A hold is posted in part only when it has two postings, and never with more than it holds.', [
      { path: 'amount', message: 'is more than is held' },
    ]),
};

const wordsForConstraint: Record<string, () => AppError> = {
  journal_entries_resolves_key: () => conflict('This entry was posted or voided already.'),
  journal_entries_reverses_key: () => conflict('This entry was reversed already.'),
  account_balances_bounds: () => ruleViolated('More has moved through the account than it can count.'),
};

/** Drizzle and the driver wrap what Postgres said. */
function raisedBy(error: unknown): Refusal | null {
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth < 5; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && /^[0-9A-Z]{5}$/.test(current.code)) {
      return { code: current.code, detail: text(current, 'detail'), constraint: text(current, 'constraint_name') };
    }
    current = current.cause;
  }
  return null;
}

const text = (error: Error, field: string) => {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : '';
};
