import { createHash } from 'node:crypto';
import { type AccountClass, maxAmount } from '#db/schema/ledger.ts';
import { decimals } from '#server/documents/money.ts';
import { type AppError, ruleViolated } from '#server/errors/errors.ts';
import type { Balance, EntryInput, EntryRefs, Posting } from './shapes.ts';

/** The currency that the house keeps its members' accounts in. */
export const houseCurrency = 'EUR';

/** The side on which an account of this class grows. */
export const isDebitNormal = (accountClass: AccountClass) => accountClass === 'asset' || accountClass === 'expense';

export const isAmount = (amount: number) => Number.isSafeInteger(amount) && amount > 0 && amount <= maxAmount;

/** What is wrong with an entry before the books are looked at, or null. */
export function problemOf(
  input: Pick<EntryInput, 'currency' | 'postings' | 'idempotencyKey' | 'memo'>,
): AppError | null {
  const { postings } = input;
  const wrong = postings.findIndex((posting) => !isAmount(posting.amount));
  if (wrong >= 0) {
    return ruleViolated('An amount is a whole number of minor units, above zero and not too large.', [
      { path: `postings.${wrong}.amount`, message: `must be a whole number from 1 to ${maxAmount}` },
    ]);
  }
  if (!/^[A-Z]{3}$/.test(input.currency)) return ruleViolated('The currency is not one.');
  if (input.idempotencyKey.length < 1 || input.idempotencyKey.length > 255) {
    return ruleViolated('An idempotency key has 1 to 255 characters.');
  }
  if ((input.memo ?? '').length > 200) return ruleViolated('A memo has at most 200 characters.');
  if (postings.length < 2 || postings.length > 200) return ruleViolated('An entry has 2 to 200 postings.');
  if (totalOf(postings, 'debit') !== totalOf(postings, 'credit')) return ruleViolated('Debits and credits differ.');
  const debited = new Set(postings.filter((one) => one.direction === 'debit').map((one) => one.accountId));
  if (postings.some((one) => one.direction === 'credit' && debited.has(one.accountId))) {
    return ruleViolated('An account stands on one side of an entry only.');
  }
  return null;
}

const totalOf = (postings: readonly Posting[], direction: Posting['direction']) =>
  postings.reduce((sum, posting) => sum + (posting.direction === direction ? posting.amount : 0), 0);

/** The same for the same meaning: a key that comes again with another one is a mistake. */
export const fingerprintOf = (meant: unknown) => createHash('sha256').update(JSON.stringify(meant)).digest('base64url');

/** Posted by hand: no order, payment, transfer, loan or invoice rests on it, and none would be wrong without it. */
export const isByHand = ({ orderId, paymentId, transferId, loanId, invoiceId }: EntryRefs) =>
  (orderId ?? paymentId ?? transferId ?? loanId ?? invoiceId) === undefined;

interface Sums {
  postedDebits: number;
  postedCredits: number;
  pendingDebits: number;
  pendingCredits: number;
}

export function balanceFrom(
  account: { class: AccountClass; currency: string; limited: boolean; overdraftLimit: number },
  sums: Sums,
): Balance {
  const debitNormal = isDebitNormal(account.class);
  const net = sums.postedDebits - sums.postedCredits;
  const posted = debitNormal ? net : 0 - net;
  const held = debitNormal ? sums.pendingCredits : sums.pendingDebits;
  return {
    posted: posted === 0 ? 0 : posted,
    pendingDebits: sums.pendingDebits,
    pendingCredits: sums.pendingCredits,
    available: account.limited ? posted - held + account.overdraftLimit : null,
    currency: account.currency,
  };
}

/** `12.34 EUR`: for messages, where no locale is known. */
export const plainMoney = (amount: number, currency: string) => `${decimals(amount, currency)} ${currency}`;
