import type { Loan } from '../../api/loans.ts';
import { formatDate, formatMoney } from '../../values/format.ts';
import type { Tone } from '../../values/tones.ts';

export const stateWords: Record<Loan['status'], string> = {
  applied: 'Being looked at',
  awaiting_second: 'Being looked at',
  rejected: 'Not granted',
  withdrawn: 'Withdrawn',
  active: 'Running',
  in_arrears: 'In arrears',
  settled: 'Paid back',
  written_off: 'Closed',
};

export const stateTones: Record<Loan['status'], Tone> = {
  applied: 'info',
  awaiting_second: 'info',
  rejected: 'neutral',
  withdrawn: 'neutral',
  active: 'ok',
  in_arrears: 'bad',
  settled: 'ok',
  written_off: 'neutral',
};

/** One sentence about where a loan stands. */
export function loanSentence(loan: Pick<Loan, 'status' | 'next' | 'overdue' | 'appliedAt' | 'decidedAt'>): string {
  const money = ({ amount, currency }: { amount: number; currency: string }) => formatMoney(amount, currency);
  switch (loan.status) {
    case 'applied':
    case 'awaiting_second':
      return 'We usually answer within five working days, and write to you.';
    case 'rejected':
      return 'We could not grant this loan. Write to us if you want to talk about it.';
    case 'withdrawn':
      return 'You took this application back.';
    case 'in_arrears':
      return loan.overdue
        ? `${money(loan.overdue.amount)} has been due since ${formatDate(loan.overdue.since)}.`
        : 'An instalment is late.';
    case 'active':
      return loan.next ? `${money(loan.next.amount)} is due on ${formatDate(loan.next.dueOn)}.` : '';
    case 'settled':
      return 'Nothing is owed any more. Thank you.';
    case 'written_off':
      return 'Nothing is asked for any more.';
  }
}

/** What is late, in words for whoever is to pay it; null when nothing is. */
export function lateWords({ overdue }: Pick<Loan, 'overdue'>): { title: string; text: string } | null {
  if (!overdue) return null;
  const { amount, instalments, since } = overdue;
  const due =
    instalments === 1
      ? `One instalment has been due since ${formatDate(since)}.`
      : `${instalments} instalments have been due, the oldest since ${formatDate(since)}.`;
  return {
    title: `${formatMoney(amount.amount, amount.currency)} is late`,
    text: `${due} Pay below, or write to us if you cannot: we find a way.`,
  };
}

export const rateText = (rateBp: number) =>
  rateBp === 0 ? 'without interest' : `${(rateBp / 100).toFixed(2)} % a year`;

export const termText = (months: number) =>
  months % 12 === 0 ? (months === 12 ? '1 year' : `${months / 12} years`) : `${months} months`;

/** For a field: `1290.50`, and `1290` where there are no cents. */
export const amountField = (amount: number) => (amount % 100 === 0 ? String(amount / 100) : (amount / 100).toFixed(2));
